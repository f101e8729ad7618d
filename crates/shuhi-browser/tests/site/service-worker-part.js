self.part = true;
