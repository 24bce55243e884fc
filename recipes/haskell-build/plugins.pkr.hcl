# Packer 1.7 and later: where the builders come from. Before that Packer has them built in, and this block is an error:
# name the other file instead of the folder.
packer {
  required_version = ">= 1.7.0"
  required_plugins {
    virtualbox = {
      source  = "github.com/hashicorp/virtualbox"
      version = "~> 1.0"
    }
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = "~> 1.0"
    }
  }
}
