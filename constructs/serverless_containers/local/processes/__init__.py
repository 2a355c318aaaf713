"""Services as processes of this machine, where their files say how and the caller asks for it."""
