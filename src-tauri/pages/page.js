// Lays out what the shell says (src/page.rs) and turns its buttons into navigations, which the shell catches.

const PATIENCE_MILLIS = 5000;
const part = (id) => document.getElementById(id);
let waiting;

function show(page) {
  clearTimeout(waiting);
  part('page').dataset.kind = page.kind;
  document.title = page.title;
  part('busy').hidden = page.kind !== 'busy';
  part('title').textContent = page.title;
  part('text').textContent = page.text;

  part('patience').hidden = true;
  part('patience').textContent = page.patience ?? '';
  if (page.patience) {
    waiting = setTimeout(() => (part('patience').hidden = false), PATIENCE_MILLIS);
  }

  part('remedy').hidden = !page.fix;
  part('fix').textContent = page.fix ?? '';

  part('rows').hidden = page.rows.length === 0;
  part('rows').replaceChildren(...page.rows.flatMap(row));

  part('buttons').hidden = page.buttons.length === 0;
  part('buttons').replaceChildren(...page.buttons.map(button));
  part('buttons').firstElementChild?.focus({ focusVisible: false });
}

function row({ name, value }) {
  return [element('dt', name), element('dd', value)];
}

function button({ label, path }) {
  const made = element('button', label);
  made.type = 'button';
  made.addEventListener('click', () => location.assign(path));
  return made;
}

function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

window.archestra = { show };
