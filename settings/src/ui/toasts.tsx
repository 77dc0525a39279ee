import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { lazyPart, Part } from "./part.tsx";

/** A message that goes by itself, perhaps with a way to take back what it tells of. */
export interface Toast {
  /** Where there are none, those of the error. */
  readonly words?: string;
  /** What went wrong, where that is what it tells of. */
  readonly error?: unknown;
  /** What it tells the state of: it takes the place of what was said of that before. */
  readonly topic?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly link?: { readonly label: string; readonly href: string };
}

export interface ShownToast extends Toast {
  readonly id: number;
}

const ToastContext = createContext<(toast: Toast) => void>(() => {});
const ToastList = lazyPart(() => import("./toast-list.tsx"));

let last_id = 0;

/** Shows the toasts of everything inside it. */
export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const show = useCallback(
    (toast: Toast) =>
      setToasts((shown) => [
        ...shown.filter(({ topic }) => topic === undefined || topic !== toast.topic),
        { ...toast, id: ++last_id },
      ]),
    [],
  );
  const remove = useCallback(
    (id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)),
    [],
  );
  return (
    <ToastContext.Provider value={show}>
      {children}
      {last_id > 0 ? <Part>{<ToastList toasts={toasts} onRemove={remove} />}</Part> : null}
    </ToastContext.Provider>
  );
}

/** @returns shows a toast */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}
