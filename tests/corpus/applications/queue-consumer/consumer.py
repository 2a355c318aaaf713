print("waiting")
