import { QRCodeSVG } from "qrcode.react";
import { useEffect, useRef } from "react";
import type { NewFeed } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { CopyField } from "../ui/copy-field.tsx";
import { clientLinks, webcalOf } from "./client-links.ts";

const QR_PIXELS = 168;

/** A secret address, shown this once: to copy, to open, to photograph. */
export function FeedAddress({ feed, onDone }: { readonly feed: NewFeed; readonly onDone: () => void }) {
  const { strings } = useSurroundings();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [feed.url]);
  return (
    <div ref={box} tabIndex={-1} role="status" className="ec-card ec-return">
      <div>
        <strong>{strings.feeds.ready(feed.name)}</strong>
        <p>{strings.feeds.address_once}</p>
      </div>
      <CopyField label={strings.feeds.address} value={feed.url} />
      <div className="ec-actions">
        {clientLinks(feed.url, feed.name).map(({ client, url, is_page }) => (
          <a
            key={client}
            className="ec-button ec-button-plain"
            href={url}
            {...(is_page ? { target: "_blank", rel: "noreferrer" } : {})}
          >
            {strings.feeds.open[client]}
          </a>
        ))}
      </div>
      <figure className="ec-qr">
        <figcaption>{strings.feeds.qr}</figcaption>
        <QRCodeSVG
          value={webcalOf(feed.url)}
          size={QR_PIXELS}
          marginSize={3}
          role="img"
          title={strings.feeds.qr_name}
        />
      </figure>
      <div className="ec-actions">
        <Button look="primary" onClick={onDone}>{strings.feeds.done}</Button>
      </div>
    </div>
  );
}
