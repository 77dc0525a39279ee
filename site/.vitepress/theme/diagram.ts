import { useData } from "vitepress";
import { defineComponent, h, onMounted, ref, useId, watch } from "vue";
// As a file of its own: bundling it would take a minute, and every page would load it.
import mermaid_address from "mermaid/dist/mermaid.min.js?url";

/** What we use of mermaid. */
interface Mermaid {
  initialize(config: {
    readonly startOnLoad: boolean;
    readonly theme: "dark" | "default";
    readonly flowchart: { readonly useMaxWidth: boolean };
  }): void;
  render(id: string, source: string): Promise<{ readonly svg: string }>;
}
declare global {
  var mermaid: Mermaid | undefined;
}

let loading: Promise<Mermaid> | undefined;

function loadMermaid(): Promise<Mermaid> {
  return loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = mermaid_address;
    script.onload = () => globalThis.mermaid ? resolve(globalThis.mermaid) : reject(new Error("No mermaid."));
    script.onerror = reject;
    document.head.append(script);
  });
}

/** A diagram of mermaid's. Until it is drawn, and where it cannot be, its source is shown. */
export const Diagram = defineComponent({
  props: { source: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData();
    const id = useId();
    const svg = ref("");
    const text = decodeURIComponent(props.source);
    const draw = async () => {
      const mermaid = await loadMermaid();
      mermaid.initialize({
        startOnLoad: false,
        theme: isDark.value ? "dark" : "default",
        // Shrunk to the column its words could not be read.
        flowchart: { useMaxWidth: false },
      });
      svg.value = (await mermaid.render(`diagram-${id}`, text)).svg;
    };
    onMounted(() => {
      void draw();
      watch(isDark, draw);
    });
    return () =>
      svg.value === "" ? h("pre", text) : h("div", { innerHTML: svg.value, style: { overflowX: "auto" } });
  },
});
