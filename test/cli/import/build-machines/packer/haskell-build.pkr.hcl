# Packer reads this.
