// Links inside the report. The source view below takes every fragment of the address for one of its routes, so that ours are
// followed here, without changing the address. Without JavaScript the browser follows them by itself.
(() => {
  document.documentElement.classList.add('js');

  const isRoute = hash => hash === '' || hash === '#' || /^#(mutant|test)(\/|$)/.test(hash);

  const reveal = hash => {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target) return false;
    const details = target.closest('details') ?? target.nextElementSibling?.closest('details');
    if (details) details.open = true;
    (details ?? target).scrollIntoView({ block: 'start' });
    return true;
  };

  document.addEventListener('click', event => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    const hash = link.getAttribute('href');
    if (isRoute(hash)) {
      document.getElementById('sources').scrollIntoView({ block: 'start' });
    } else if (reveal(hash)) {
      event.preventDefault();
    }
  });

  const asked = location.hash;
  if (!isRoute(asked)) {
    history.replaceState(null, '', location.pathname + location.search);
    addEventListener('load', () => reveal(asked));
  }
})();
