//! The files of the dashboard, as Vite has built them into `dist/`.
//!
//! Written by `app/vite.config.mjs`; `assets` serves them.
//!
//! Invariant: every file of `dist/` stands here once.

/// Names below `/ui/`, and contents.
pub(super) const FILES: &[(&str, &[u8])] = &[
    ("assets/index-CJTjqAbD.js", include_bytes!("dist/assets/index-CJTjqAbD.js")),
    ("assets/style-BmpViRNK.css", include_bytes!("dist/assets/style-BmpViRNK.css")),
    ("favicon.svg", include_bytes!("dist/favicon.svg")),
    ("index.html", include_bytes!("dist/index.html")),
    ("licenses.txt", include_bytes!("dist/licenses.txt")),
];
