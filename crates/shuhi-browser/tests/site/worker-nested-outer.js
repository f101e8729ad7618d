new Worker("/worker-nested-inner.js");
