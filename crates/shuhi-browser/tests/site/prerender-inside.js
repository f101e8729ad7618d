fetch("/hit/prerender");
