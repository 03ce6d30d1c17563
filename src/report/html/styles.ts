/** Colours that are told apart with every kind of colour blindness, with 4.5:1 or more against what is behind them. */
const colours = `
:root{--page:#f4f5f7;--card:#fff;--text:#1c2128;--muted:#57606a;--edge:#d6dae0;--code:#eceff3;--link:#0a56b0;
--good:#0a7a5c;--quiet:#0a7a5c;--late:#b35400;--failed:#c02b1c;--suspect:#7d3c98;--gap:#1c2128;--bad:#c02b1c;--look:#9a5200;--idle:#57606a}
@media (prefers-color-scheme:dark){:root{--page:#0e1217;--card:#171c23;--text:#e6eaf0;--muted:#9fabb9;--edge:#313a46;--code:#242c37;--link:#7db8ff;
--good:#3ecb9c;--quiet:#3ecb9c;--late:#f0a845;--failed:#ff8170;--suspect:#d3a0ec;--gap:#e6eaf0;--bad:#ff8170;--look:#f0b45f;--idle:#9fabb9}}
`

const text = `
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
a{color:var(--link)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--code);padding:.1em .3em;border-radius:4px}
small{font-size:.8125rem;font-weight:400;color:var(--muted)}
.muted{color:var(--muted)}
.hidden{position:absolute}
.skip{position:absolute;left:-99rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.skip:focus{left:.5rem;top:.5rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
`

const layout = `
.page{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 3rem}
.eyebrow{color:var(--muted);font-size:.9375rem}
h1{font-size:clamp(1.5rem,1rem + 2.4vw,2.25rem);line-height:1.2;letter-spacing:-.015em;margin:.25rem 0 1rem;text-wrap:balance}
h2{font-size:1.0625rem;margin:2.25rem 0 .75rem}
.chips{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1.25rem}
.more{padding:.25rem .25rem;color:var(--muted)}
.chip{display:inline-block;padding:.25rem .75rem;border:1px solid var(--edge);border-radius:99px;background:var(--card);color:var(--text);text-decoration:none}
.chip:hover{border-color:currentColor}
.chip.bad>:first-child,.bad>*>h3 .mark,.card.bad .state{color:var(--bad)}
.chip.look>:first-child,.card.look .mark,.card.look .state{color:var(--look)}
.validity{border-left:4px solid var(--edge);padding:.125rem 0 .125rem 1rem;max-width:46rem}
.totals{display:flex;flex-wrap:wrap;gap:.75rem clamp(1rem,4vw,2.5rem);margin-top:1.5rem}
.totals div{display:flex;flex-direction:column-reverse}
.totals dt{font-size:.875rem;color:var(--muted)}
.totals dd{font-size:1.375rem;font-weight:600;line-height:1.2}
footer{color:var(--muted);font-size:.875rem;margin-top:2rem}
.empty{margin-top:2rem}
`

const cards = `
.card{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:1rem 1.25rem;margin-bottom:.75rem}
.card.bad{border-left:5px solid var(--bad)}
.card.look{border-left:5px solid var(--look)}
.list{background:var(--card);border:1px solid var(--edge);border-radius:10px}
.list .card{padding:0;margin:0;border:0;border-top:1px solid var(--edge);border-radius:0}
.list .head{font-size:.8125rem;color:var(--muted)}
.head.line{padding:.5rem 1.25rem}
.label{color:var(--muted)}
.list .label{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.card.good .line,.card.idle .line,.card.running .line{padding:.625rem 1.25rem}
.body{padding:0 1.25rem 1rem}
.line{display:grid;grid-template-columns:minmax(9rem,1.5fr) minmax(6rem,.8fr) minmax(8.5rem,1fr) minmax(10rem,2.4fr);gap:.125rem 1rem;align-items:center}
summary.line{cursor:pointer;list-style:none}
.list .card:last-child summary{border-radius:0 0 10px 10px}
summary.line::-webkit-details-marker{display:none}
summary.line:hover{background:color-mix(in srgb,var(--code) 55%,transparent)}
h3{font-size:1.0625rem;line-height:1.35}
.card.good .mark{color:var(--good)}
.card.idle .mark,.card.running .mark{color:var(--idle)}
.state{font-size:.875rem;font-weight:600;color:var(--muted);white-space:nowrap}
.last,.size{font-size:.9375rem}
.bad>.line,.look>.line{grid-template-columns:1fr auto auto}
.bad>.line>h3,.look>.line>h3{font-size:1.25rem}
.bad>.line>.strip,.look>.line>.strip{grid-column:1/-1;height:26px;margin-top:.5rem}
.scale{display:flex;justify-content:space-between;gap:1rem;text-align:center;margin-top:.125rem;font-size:.75rem;color:var(--muted)}
.scale span:first-child,.scale span:last-child{flex:none}
details .scale span:first-child,details .scale span:last-child{display:none}
details .scale{text-align:left}
.warnings{margin-top:.75rem}
.warnings>li+li{border-top:1px solid var(--edge);margin-top:.75rem;padding-top:.75rem}
.why{font-weight:600}
.why .muted{font-weight:400}
.quiet .why{font-weight:400;color:var(--muted)}
.evidence{margin-top:.25rem;font-size:.875rem;color:var(--muted)}
.evidence li{padding-left:1rem;text-indent:-.75rem}
.evidence li::before{content:"· "}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,12.5rem),1fr));gap:.5rem 1.5rem;margin-top:1rem;font-size:.9375rem}
.facts dt{font-size:.8125rem;color:var(--muted)}
.newest{margin-top:1rem}
.newest>li+li{margin-top:.5rem}
.newest>li>.muted{font-size:.8125rem}
.newest ol li{padding:.125rem 0 .125rem .75rem;border-left:3px solid var(--edge)}
.looked{margin-top:1rem;font-size:.875rem}
.looked summary{cursor:pointer;color:var(--muted)}
.looked li{padding-left:1.25rem;text-indent:-1.25rem}
.looked .ok::before{content:"✓ ";color:var(--good)}
.looked .bad::before{content:"✗ ";color:var(--bad)}
.key{margin-top:2.25rem}
.key h2{margin-top:0}
.card>.warnings:first-child{margin-top:0}
.legend{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.5rem 1.5rem;margin-top:.75rem;font-size:.9375rem}
.legend li{display:flex;gap:.625rem;align-items:center}
.legend svg{flex:none}
`

const graphics = `
.strip{display:block;width:100%;height:20px}
svg .good{fill:var(--good)}svg .late{fill:var(--late)}svg .failed{fill:var(--failed)}svg .suspect{fill:var(--suspect)}
svg .quiet{fill:var(--quiet);opacity:.65}svg .gap{fill:var(--gap);fill-rule:evenodd}
.metrics{border-collapse:collapse;width:100%;margin-top:1rem;font-size:.9375rem}
.metrics th,.metrics td{text-align:left;padding:.3125rem .75rem .3125rem 0;border-top:1px solid var(--edge);vertical-align:middle}
.metrics thead th{font-size:.8125rem;font-weight:400;color:var(--muted);border-top:0}
.metrics tbody th{font-weight:600}
.metrics .number,.metrics th:nth-child(n+3){text-align:right;font-variant-numeric:tabular-nums}
.metrics td:last-child,.metrics th:last-child{padding-right:0}
.metrics small{display:block;white-space:nowrap}
.spark{display:block;max-width:100%}
.spark path{fill:none;stroke:var(--muted);stroke-width:1.5;stroke-linejoin:round}
.spark circle{fill:var(--text)}
.copies{vertical-align:-.15em;margin-right:.25rem}
.copies rect{fill:var(--good)}
.copies .lacking{fill:none;stroke:var(--muted);stroke-width:1.5;stroke-dasharray:3 2}
.copies .damaged{fill:none;stroke:var(--bad);stroke-width:1.5}
.copies path{stroke:var(--bad);stroke-width:1.5}
`

const narrow = `
@media (max-width:44rem){
.list .head{display:none}
.list .label{position:static;clip-path:none}
.page{padding:1.5rem .875rem 2rem}
.line,.bad>.line,.look>.line{grid-template-columns:1fr 1fr}
.line>h3,.line>.strip{grid-column:1/-1}
.card{padding:.875rem 1rem}
.card.good .line,.card.idle .line,.card.running .line{padding:.625rem 1rem}
.body{padding:0 1rem 1rem}
.metrics thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.metrics,.metrics tbody{display:block}
.metrics tr{display:grid;grid-template-columns:1fr 1fr 1fr;border-top:1px solid var(--edge);padding:.375rem 0}
.metrics th,.metrics td,.metrics .number{border:0;padding:.125rem 0;text-align:left}
.metrics tbody th{grid-column:1/3;align-self:center}
.metrics .number::before{display:block;font-size:.75rem;color:var(--muted)}
.metrics .number:nth-child(3)::before{content:"now"}
.metrics .number:nth-child(4)::before{content:"7 days ago"}
.metrics .number:nth-child(5)::before{content:"180 days ago"}
}
`

/** On paper everything is open, black on white, and no card is torn where it can be helped. */
const print = `
@media print{
:root{--page:#fff;--card:#fff;--text:#000;--muted:#444;--edge:#bbb;--code:#f2f2f2;--link:#000;--good:#0a7a5c;--quiet:#0a7a5c;--late:#b35400;--failed:#c02b1c;--suspect:#7d3c98;--gap:#000;--bad:#c02b1c;--look:#9a5200;--idle:#444}
html{font-size:12px}
body{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.page{max-width:none;padding:0}
.skip{display:none}
details::details-content{content-visibility:visible;block-size:auto}
.card,.warnings li,tr{break-inside:avoid}
h2,h3{break-after:avoid}
}
`

export const styles = [colours, text, layout, cards, graphics, narrow, print].join('').replaceAll('\n', '')
