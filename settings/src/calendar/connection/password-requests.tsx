import { useEffect, useState } from "react";
import { lazyPart, Part } from "../../ui/part.tsx";
import { onPasswordRequest, type PasswordRequest } from "./password-request.ts";

const PasswordDialog = lazyPart(() => import("./password-dialog.tsx"));

/** Where the dialog appears that asks for a user name and a password. */
export function PasswordRequests() {
  const [request, setRequest] = useState<PasswordRequest | null>(null);
  useEffect(() => onPasswordRequest(setRequest), []);
  return request === null ? null : (
    <Part>
      <PasswordDialog request={request} onClose={() => setRequest(null)} />
    </Part>
  );
}
