// Runs before the first paint, so that a dark screen never flashes white.
// A file of its own because the content security policy forbids inline scripts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem('archestra.theme');
  } catch (_) {
    // Storage can be switched off; the system's theme is right then.
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  var root = document.documentElement;
  root.dataset.theme = dark ? 'dark' : 'light';
  root.style.colorScheme = dark ? 'dark' : 'light';
  try {
    var palette = JSON.parse(localStorage.getItem('archestra.palette') || '{}');
    for (var name in palette) root.style.setProperty(name, palette[name]);
  } catch (_) {
    // The page takes it from the organization a moment later.
  }
})();
