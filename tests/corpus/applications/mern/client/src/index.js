document.body.textContent = "mern";
