import { useEffect, useState } from "react";

/**
 * The time of now, kept so while the page can be seen.
 *
 * @param every_ms how often it is looked at anew
 * @returns milliseconds since 1970
 */
export function useNow(every_ms: number): number {
  const [now_ms, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now_ms;
}
