// Unpacks Chromium, its fonts and its libraries into TMPDIR. A process of its own, because the package decides by the
// environment where it unpacks, and takes its libraries along only where it believes to be in a Lambda.
import chromium from "@sparticuz/chromium";

await chromium.executablePath();
