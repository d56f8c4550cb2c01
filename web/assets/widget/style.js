// The look. A rule a line, for it is sent as it is written; what older browsers lack (gaps of flex, inset, logical
// shorthands) is done without. Colours are those of the survey's page.

const DARK = `--_i:var(--cxd-ink,#eceff5);--_s:var(--cxd-soft,#b3bccb);--_p:var(--cxd-paper,#1c212b);--_l:var(--cxd-line,#8993a5);--_a:var(--cxd-accent,#8ab4f8);--_o:var(--cxd-on-accent,#10213f);--_e:var(--cxd-error,#f2b8b5);color-scheme:dark`;

const SHEET = `
:host{all:initial;--_i:var(--cxd-ink,#1d2433);--_s:var(--cxd-soft,#566072);--_p:var(--cxd-paper,#fff);--_l:var(--cxd-line,#7b8699);--_a:var(--cxd-accent,#1c5bd1);--_o:var(--cxd-on-accent,#fff);--_e:var(--cxd-error,#b3261e);--_r:var(--cxd-radius,.75em);--_g:var(--cxd-gap,1em);--_z:var(--cxd-z,2147483000);color-scheme:light}
:host([data-theme=dark]){${DARK}}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${DARK}}}
:host([data-mode=inline]){display:block}
*{box-sizing:border-box}
[hidden]{display:none!important}
.box,.edge{font:medium/1.45 var(--cxd-font,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif);color:var(--_i);background:var(--_p)}
.box{display:block;position:relative;width:100%;max-width:var(--cxd-width,40em);max-height:calc(100vh - 2*var(--_g));margin:0;padding:1.25em;border:1px solid transparent;border-radius:var(--_r);overflow:auto;overflow-wrap:break-word;text-align:start}
.inline{max-height:none;border-color:var(--_l)}
.modal,.corner{position:fixed;z-index:var(--_z);box-shadow:0 0 0 1px rgba(0,0,0,.08),0 12px 40px rgba(0,0,0,.25)}
.corner{bottom:var(--_g);right:var(--_g);width:calc(100vw - 2*var(--_g));max-width:var(--cxd-width,23em)}
.left{right:auto;left:var(--_g)}
.modal{top:0;right:0;bottom:0;left:0;width:calc(100vw - 2*var(--_g));height:fit-content;margin:auto;padding:1.75em}
.modal::backdrop{background:rgba(10,14,22,.55)}
.edge{position:fixed;z-index:var(--_z);bottom:20%;right:0;max-width:70vw;min-height:2.75em;padding:.5em 1em;border:0;border-radius:var(--_r) 0 0 var(--_r);color:var(--_o);background:var(--_a);font-weight:600;box-shadow:0 4px 16px rgba(0,0,0,.25)}
.edge.left{right:auto;left:0;border-radius:0 var(--_r) var(--_r) 0}
.q{margin:0 2em 0 0;font-size:1.125em;font-weight:650;line-height:1.3}
[dir=rtl] .q{margin:0 0 0 2em}
.q:focus{outline:0}
.note,.ends{color:var(--_s);font-size:.875em;font-weight:400}
.note{margin:.25em 0 0}
.x{position:absolute;top:.625em;right:.625em;width:2.25em;height:2.25em;padding:.4em;border-radius:50%;color:var(--_s);background:0 0}
[dir=rtl] .x{right:auto;left:.625em}
.row{display:flex;flex-wrap:wrap;margin:1em -.125em 0}
.row label{position:relative;flex:1 1 2em;min-width:1.75em;margin:.125em}
.long label{flex:1 1 calc((29em - 100%)*999);max-width:calc(16.6% - .25em)}
.row input{position:absolute;top:0;left:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.row span{display:flex;align-items:center;justify-content:center;min-height:2.75em;border:1px solid var(--_l);border-radius:.5em;font-weight:600}
input:hover+span{border-color:var(--_a);box-shadow:inset 0 0 0 1px var(--_a)}
.numbers :checked+span{color:var(--_o);background:var(--_a);border-color:var(--_a)}
svg{width:2.5em;height:2.5em;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.x svg{display:block;width:100%;height:100%;stroke-width:2}
.row:not(.numbers) span{min-height:3.25em;border-color:transparent;box-shadow:none;color:var(--_l)}
.row:not(.numbers) input:hover+span,.row:not(.numbers) :checked+span{color:var(--_a)}
.stars :checked+span svg{fill:currentColor}
.stars label:has(~label :checked) span{color:var(--_a);fill:currentColor}
.stars label:has(~label :checked) svg{fill:currentColor}
.ends{display:flex;justify-content:space-between;margin-top:.375em}
.ends span{max-width:48%}
.list label{display:flex;margin-top:.375em;padding:.625em .75em;border:1px solid var(--_l);border-radius:.5em;cursor:pointer}
.list label:hover{border-color:var(--_a)}
.list input{flex:none;width:1.25em;height:1.25em;margin:.1em .625em 0 0;accent-color:var(--_a)}
[dir=rtl] .list input{margin:.1em 0 0 .625em}
textarea,[placeholder]{display:block;width:100%;margin-top:.75em;padding:.625em .75em;border:1px solid var(--_l);border-radius:.5em;color:inherit;background:0 0;font:inherit;resize:vertical}
::placeholder{color:var(--_s);opacity:1}
button{border:0;font:inherit;cursor:pointer}
.foot{display:flex;justify-content:space-between;flex-wrap:wrap;margin-top:.5em}
.foot button{min-height:2.75em;margin-top:.5em;padding:.5em 1.25em;border-radius:.5em;font-weight:600;color:var(--_o);background:var(--_a)}
.foot .back{padding:.5em .75em;color:var(--_i);background:0 0}
button:hover{filter:brightness(1.1)}
.error{margin:.75em 0 0;color:var(--_e);font-weight:600}
.error:empty{display:none}
.unseen{position:absolute;left:-200vw;width:1px;height:1px;overflow:hidden}
input:focus+span,button:focus,.list input:focus,textarea:focus,[placeholder]:focus{outline:3px solid var(--_a);outline-offset:2px}
input:focus:not(:focus-visible)+span,button:focus:not(:focus-visible),.list input:focus:not(:focus-visible){outline:0}
@media (prefers-reduced-motion:no-preference){.modal,.corner{animation:i .2s ease-out}@keyframes i{from{opacity:0;transform:translateY(.75em)}}}
@media (forced-colors:active){:checked+span{outline:4px solid Highlight}}
`;

/** @param {ShadowRoot} root @param {string} [nonce] for where style sheets cannot be constructed */
export function dress(root, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    if (nonce) style.setAttribute('nonce', nonce);
    style.textContent = SHEET;
    root.appendChild(style);
  }
}
