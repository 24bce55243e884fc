# Packer 1.7 and later: where the builder comes from. Before that Packer has it built in, and this block is an error:
# name the other file instead of the folder.
packer {
  required_version = ">= 1.7.0"
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = "~> 1.0"
    }
  }
}
