// Before anything is drawn: the colours chosen last time, and that scripts run.
"use strict";
document.documentElement.classList.add("scripted");
try {
  const theme = localStorage.getItem("devtrail-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A page without storage follows the system.
}
