import ts from "typescript";

/** What holds a secret, or something that is as good as one, is called after it. */
const SECRET_NAME =
  /secret|token|ticket|nonce|verifier|signature|password|api_?key|authorization|hash|hmac|digest/i;
/** These compare as they go, and end where the difference is. */
const COMPARING_METHODS = new Set(["includes", "startsWith", "endsWith", "localeCompare", "indexOf"]);
const EQUALITIES = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/**
 * Comparisons in a program of two values of which one is called like a secret. One with a literal, `null` or `undefined` asks what
 * there is and not what it says.
 *
 * @param source TypeScript
 * @returns each as it is written, on one line
 */
export function comparisonsOfSecrets(source: string): readonly string[] {
  const file = ts.createSourceFile("program.ts", source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (comparedIn(node)?.some((operand) => SECRET_NAME.test(nameOf(operand)))) {
      found.push(node.getText(file).replace(/\s+/g, " "));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function comparedIn(node: ts.Node): readonly ts.Expression[] | null {
  if (ts.isBinaryExpression(node) && EQUALITIES.has(node.operatorToken.kind)) {
    return isFixed(node.left) || isFixed(node.right) ? null : [node.left, node.right];
  }
  if (
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) &&
    COMPARING_METHODS.has(node.expression.name.text)
  ) {
    const [argument] = node.arguments;
    return argument === undefined || isFixed(argument) ? null : [node.expression.expression, argument];
  }
  if (ts.isSwitchStatement(node)) {
    const cases = node.caseBlock.clauses.filter(ts.isCaseClause).map(({ expression }) => expression);
    return cases.every(isFixed) ? null : [node.expression, ...cases];
  }
  return null;
}

function isFixed(node: ts.Expression): boolean {
  return ts.isLiteralExpression(node) || node.kind === ts.SyntaxKind.NullKeyword ||
    node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword ||
    ts.isTypeOfExpression(node) || ts.isIdentifier(node) && node.text === "undefined" ||
    ts.isPrefixUnaryExpression(node) && isFixed(node.operand);
}

/** What an expression is called: the last of its names, through calls and brackets. */
function nameOf(node: ts.Node): string {
  if (ts.isIdentifier(node) || ts.isLiteralExpression(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node)) return nameOf(node.argumentExpression);
  // A header is asked for by its name; a hash is what a function makes.
  if (ts.isCallExpression(node)) return [node.expression, ...node.arguments].map(nameOf).join(" ");
  if (ts.isBinaryExpression(node)) return `${nameOf(node.left)} ${nameOf(node.right)}`;
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.map(({ expression }) => nameOf(expression)).join(" ");
  }
  if (
    ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node) || ts.isNonNullExpression(node) ||
    ts.isAsExpression(node)
  ) {
    return nameOf(node.expression);
  }
  return "";
}
