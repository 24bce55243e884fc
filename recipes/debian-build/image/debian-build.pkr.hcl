# What a machine of Debian packages gets on top of them: `provision`, a script that runs in it as root, under QEMU.
# Packer 1.6.6 or later: `packer validate -var base=FILE debian-build.pkr.hcl`; from 1.7 on give it the folder.

variable "base" {
  type        = string
  description = "The image that build-image made, qcow2. It stays as it is."
}

variable "vm_name" {
  type    = string
  default = "debian-build"
}

variable "memory" {
  type        = number
  default     = 1024
  description = "MiB."
}

variable "cpus" {
  type    = number
  default = 2
}

variable "accelerator" {
  type        = string
  default     = "auto"
  description = "Of QEMU: kvm (which is auto), hvf, or tcg, which takes some minutes more."
}

variable "provision" {
  type        = string
  default     = ""
  description = "Lines of sh, run as root with -e."
}

variable "ssh_private_key_file" {
  type        = string
  default     = ""
  description = "Of a pair made for this build alone (ed25519). The image keeps nothing of it."
}

variable "ssh_public_key" {
  type        = string
  default     = ""
  description = "Its other half: the line of the .pub file."
}

variable "output_directory" {
  type        = string
  default     = "output"
  description = "Must not be there."
}

locals {
  # systemd in the machine writes it before sshd starts, and seal.sh takes it away.
  home  = "/home/build/.ssh"
  login = "d ${local.home} 0700 build build -\nf+~ ${local.home}/authorized_keys 0600 build build - ${base64encode("${var.ssh_public_key}\n")}\n"
}

source "qemu" "debian" {
  vm_name              = "${var.vm_name}.qcow2"
  disk_image           = true
  iso_url              = var.base
  iso_checksum         = "none" # it was made here
  accelerator          = var.accelerator == "auto" ? "kvm" : var.accelerator
  machine_type         = "pc"
  format               = "qcow2"
  disk_interface       = "virtio"
  disk_discard         = "unmap"
  net_device           = "virtio-net"
  memory               = var.memory
  cpus                 = var.cpus
  headless             = true
  vnc_bind_address     = "127.0.0.1"
  qemuargs             = [["-smbios", "type=11,value=io.systemd.credential.binary:tmpfiles.extra=${base64encode(local.login)}"], ["-device", "virtio-rng-pci"]]
  boot_wait            = "-1s" # nothing is typed
  skip_resize_disk     = true
  ssh_username         = "build"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = "20m"
  shutdown_command     = "sudo sh /run/image-build/seal.sh && sudo systemctl poweroff"
  shutdown_timeout     = "10m"
  output_directory     = var.output_directory
}

build {
  sources = ["source.qemu.debian"]

  # What is uploaded lies in memory: it cannot be left in the image.
  provisioner "shell" {
    inline = ["sudo install -d -o build /run/image-build"]
  }

  provisioner "file" {
    source      = "${path.root}/../../haskell-build/scripts/seal.sh"
    destination = "/run/image-build/seal.sh"
  }

  provisioner "shell" {
    remote_folder   = "/run/image-build"
    execute_command = "{{ .Vars }} sudo sh -e {{ .Path }}"
    inline          = [":", var.provision]
  }
}
