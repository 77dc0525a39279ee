import { QRCodeSVG } from "qrcode.react";
import { useEffect, useRef } from "react";
import type { NewFeed } from "../api/types.ts";
import { Button } from "../ui/button.tsx";
import { CopyField } from "../ui/copy-field.tsx";
import { clientLinks, webcalOf } from "./client-links.ts";
import { useLateStrings } from "../use-late-strings.ts";

const QR_PIXELS = 168;

/** A secret address, shown this once: to copy, to open, to photograph. */
export function FeedAddress({ feed, onDone }: { readonly feed: NewFeed; readonly onDone: () => void }) {
  const { feeds } = useLateStrings();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [feed.url]);
  return (
    <div ref={box} tabIndex={-1} role="status" className="ec-card ec-return">
      <div>
        <strong>{feeds.ready(feed.name)}</strong>
        <p>{feeds.address_once}</p>
      </div>
      <CopyField label={feeds.address} value={feed.url} />
      <div className="ec-actions">
        {clientLinks(feed.url, feed.name).map(({ client, url, is_page }) => (
          <a
            key={client}
            className="ec-button ec-button-plain"
            href={url}
            {...(is_page ? { target: "_blank", rel: "noreferrer" } : {})}
          >
            {feeds.open[client]}
          </a>
        ))}
      </div>
      <figure className="ec-qr">
        <figcaption>{feeds.qr}</figcaption>
        <QRCodeSVG
          value={webcalOf(feed.url)}
          size={QR_PIXELS}
          marginSize={3}
          role="img"
          title={feeds.qr_name}
        />
      </figure>
      <div className="ec-actions">
        <Button look="primary" onClick={onDone}>{feeds.done}</Button>
      </div>
    </div>
  );
}
