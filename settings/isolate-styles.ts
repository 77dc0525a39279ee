import type { Plugin } from "postcss";

/**
 * The first that know `light-dark()` and `@property`. What is made of `light-dark()` for older ones needs variables that only
 * a sheet has that was made with this one, and not a host's.
 */
export const STYLES_FOR = ["chrome123", "edge123", "firefox128", "safari17.5"];

const SHEET = /\/calendar-settings\.css$/;
const LAYER = "ec-styles";
const REM = /(-?\d*\.?\d+)rem\b/g;

/**
 * Makes calendar-settings.css win against whatever a host declares, and measure in its own font size. Why that works is told
 * in isolation.css. Variables stay as they are, for hosts to set, and so do key frames, where `!important` is ignored.
 */
export function isolateStyles(): Plugin {
  return {
    postcssPlugin: "isolate-styles",
    Once(root, { AtRule }) {
      if (!SHEET.test(root.source?.input.file ?? "")) return;
      root.walkRules((rule) => {
        const { parent } = rule;
        const isKeyFrame = parent?.type === "atrule" && "name" in parent && parent.name === "keyframes";
        rule.each((node) => {
          if (node.type !== "decl") return;
          node.value = node.value.replaceAll(REM, "calc($1 * var(--ec-rem))");
          node.important = !isKeyFrame && !node.variable;
        });
      });
      const layer = new AtRule({ name: "layer", params: LAYER });
      layer.append(root.nodes);
      root.append(layer);
    },
  };
}
