/**
 * What hosts do to every element, and worse: a reset, `!important` for elements, an id before a universal selector, content before
 * and after everything, and a root that changes what `rem` means. It comes after our own sheet.
 */
export const HOSTILE_STYLES = `
  * { all: unset }
  head, script, style { display: none }
  html { display: block; font-size: 62.5%; font-weight: 900; letter-spacing: 0.3em }
  body {
    display: block; color: red; font: italic 900 40px/3 fantasy; text-align: center; text-transform: uppercase;
    text-indent: 4em; word-spacing: 1em; white-space: nowrap; cursor: wait; font-variant: small-caps; text-shadow: 1px 1px lime;
  }
  body div { display: block }
  button, input, select, textarea, a, summary {
    display: block !important; padding: 3rem !important; border: 9px dashed cyan !important; margin: 2em !important;
    background: magenta !important; color: lime !important; font: 48px fantasy !important; text-transform: uppercase !important;
    appearance: none !important; border-radius: 0 !important; min-height: 5em !important; box-shadow: 0 0 9px red !important;
  }
  button:hover, button:focus, a:focus { outline: none !important; filter: invert(1) !important }
  .ec-root :is(div, section, article, p, h2, h3, h4, h5, ul, ol, li, dl, dt, dd, fieldset, legend, label, span, details, progress) {
    float: left !important; position: relative !important; opacity: 0.5 !important; margin: 2em !important; color: orange !important;
    list-style: square inside !important; text-align: right !important; line-height: 4 !important; transform: skew(9deg) !important;
  }
  *::before, *::after { content: "!" !important; color: red !important; display: inline !important }
  [hidden] { display: block !important }
  #root#root *, html body * { font-size: 33px; text-transform: uppercase; border: 3px solid red }
  @layer host { * { color: pink !important; padding: 1em !important } }
`;
