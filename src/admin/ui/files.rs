//! The files of the dashboard, as Vite has built them into `dist/`.
//!
//! Written by `app/vite.config.mjs`; `assets` serves them.
//!
//! Invariant: every file of `dist/` stands here once.

/// Names below `/ui/`, and contents.
pub(super) const FILES: &[(&str, &[u8])] = &[
    ("assets/index-CsI1SRmC.js", include_bytes!("dist/assets/index-CsI1SRmC.js")),
    ("assets/style-Cr_I6re_.css", include_bytes!("dist/assets/style-Cr_I6re_.css")),
    ("favicon.svg", include_bytes!("dist/favicon.svg")),
    ("index.html", include_bytes!("dist/index.html")),
    ("licenses.txt", include_bytes!("dist/licenses.txt")),
];
