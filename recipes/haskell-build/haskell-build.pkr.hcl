# The image of the VM haskell-build: Ubuntu 24.04, installed unattended, with GHC, Cabal and the build agent.
# Packer 1.6.6 or later: `packer validate haskell-build.pkr.hcl`. From 1.7 on give it the folder, which adds
# the versions of the plugins: `packer init . && packer build .`. docs/machines/images.md says the rest.

variable "vm_name" {
  type    = string
  default = "haskell-build"
}

variable "disk_size" {
  type        = number
  default     = 40960
  description = "MiB. The volume group takes all of it."
}

variable "memory" {
  type        = number
  default     = 8192
  description = "MiB."
}

variable "cpus" {
  type    = number
  default = 4
}

variable "ghc_primary_version" {
  type        = string
  default     = "9.8.4"
  description = "The one that `ghc` means."
}

variable "ghc_secondary_version" {
  type    = string
  default = "9.6.6"
}

variable "cabal_version" {
  type    = string
  default = "3.12.1.0"
}

variable "ghcup_version" {
  type    = string
  default = "0.1.50.2"
}

variable "ghcup_sha256" {
  type        = string
  default     = "ff6288df9758211372d8242fe830d8e6be6a8365d9406f1c9bde144b7e744143"
  description = "Of x86_64-linux-ghcup."
}

variable "ghcup_metadata" {
  type        = string
  default     = "https://raw.githubusercontent.com/haskell/ghcup-metadata/20a7481510dc47f81c1fe37e1cbd78ac382f9752/ghcup-0.0.9.yaml"
  description = "What GHCup knows of compilers, with the sha256 of each. By commit, so that it stays what it is."
}

variable "iso_urls" {
  type = list(string)
  default = [
    "https://releases.ubuntu.com/24.04/ubuntu-24.04.3-live-server-amd64.iso",
    "https://old-releases.ubuntu.com/releases/24.04.3/ubuntu-24.04.3-live-server-amd64.iso",
  ]
}

variable "iso_checksum" {
  type    = string
  default = "sha256:c3514bf0056180d09376462a7a1b4f213c1d6e8ea67fae5c25099c6fd3d8274b"
}

variable "ssh_private_key_file" {
  type        = string
  default     = ""
  description = "Of a pair made for this build alone (ed25519). The image keeps nothing of it."
}

variable "ssh_public_key" {
  type        = string
  default     = ""
  description = "Its other half: the line of the .pub file. The installer stops at once without it."
}

variable "image_date" {
  type        = string
  default     = ""
  description = "In the name of the image; the day of the build if it is empty."
}

variable "output_directory" {
  type        = string
  default     = "output"
  description = "Each builder makes a folder below it, which must not be there."
}

variable "headless" {
  type    = bool
  default = true
}

variable "accelerator" {
  type        = string
  default     = "kvm"
  description = "Of QEMU: kvm, hvf, or tcg, which takes hours."
}

variable "vboxmanage" {
  type        = list(list(string))
  default     = []
  description = "More commands for the machine while it is built: VirtualBox 7.0 with an old Packer needs [[\"modifyvm\", \"{{.Name}}\", \"--nat-localhostreachable1\", \"on\"]]."
}

locals {
  image = "${var.vm_name}-${var.image_date != "" ? var.image_date : formatdate("YYYY-MM-DD", timestamp())}"
  key   = element(split(" ", "${var.ssh_public_key} none"), 1)

  # The first entry of GRUB's menu is edited: what stands behind its --- would stay in the installed system, so that
  # goes. GRUB takes a bare semicolon for the end of a command.
  boot_command = [
    "<wait>e<wait><down><down><down><end><bs><bs><bs><bs>",
    " autoinstall build.key=${local.key} ds=nocloud\\;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/",
    "<wait><f10>",
  ]

  # Ubuntu lets nothing be executed in /run, where what is uploaded lies.
  execute_command = "{{ .Vars }} sh -e {{ .Path }}"

  # The last thing that is done: it takes the login of the build away, with all else that an image must not hold.
  shutdown_command = "sudo sh /run/image-build/scripts/seal.sh && sudo systemctl poweroff"
}

source "virtualbox-iso" "ubuntu" {
  vm_name                = local.image
  guest_os_type          = "Ubuntu_64"
  guest_additions_mode   = "disable"
  disk_size              = var.disk_size
  hard_drive_interface   = "sata"
  hard_drive_discard     = true
  memory                 = var.memory
  cpus                   = var.cpus
  headless               = var.headless
  vboxmanage             = var.vboxmanage
  iso_urls               = var.iso_urls
  iso_checksum           = var.iso_checksum
  http_directory         = "${path.root}/http"
  boot_wait              = "5s"
  boot_command           = local.boot_command
  ssh_username           = "build"
  ssh_private_key_file   = var.ssh_private_key_file
  ssh_timeout            = "60m"
  ssh_handshake_attempts = 1000
  shutdown_command       = local.shutdown_command
  shutdown_timeout       = "10m"
  format                 = "ova"
  output_directory       = "${var.output_directory}/virtualbox"
}

source "qemu" "ubuntu" {
  vm_name                = "${local.image}.qcow2"
  accelerator            = var.accelerator
  format                 = "qcow2"
  disk_size              = "${var.disk_size}M"
  disk_interface         = "virtio"
  disk_discard           = "unmap"
  net_device             = "virtio-net"
  memory                 = var.memory
  cpus                   = var.cpus
  headless               = var.headless
  vnc_bind_address       = "127.0.0.1"
  iso_urls               = var.iso_urls
  iso_checksum           = var.iso_checksum
  http_directory         = "${path.root}/http"
  boot_wait              = "5s"
  boot_command           = local.boot_command
  ssh_username           = "build"
  ssh_private_key_file   = var.ssh_private_key_file
  ssh_timeout            = "60m"
  ssh_handshake_attempts = 1000
  shutdown_command       = local.shutdown_command
  shutdown_timeout       = "10m"
  output_directory       = "${var.output_directory}/qemu"
}

build {
  sources = ["source.virtualbox-iso.ubuntu", "source.qemu.ubuntu"]

  # What is uploaded lies in memory: it cannot be left in the image.
  provisioner "shell" {
    inline = [
      "cloud-init status --wait || test $? -eq 2",
      "sudo install -d -o build /run/image-build",
    ]
  }

  provisioner "file" {
    sources     = ["${path.root}/agent", "${path.root}/files", "${path.root}/scripts"]
    destination = "/run/image-build"
  }

  provisioner "shell" {
    remote_folder   = "/run/image-build"
    execute_command = local.execute_command
    inline = [
      "sudo sh /run/image-build/scripts/system.sh /run/image-build",
      "sudo sh /run/image-build/scripts/install-agent.sh /run/image-build",
    ]
  }

  provisioner "shell" {
    remote_folder   = "/run/image-build"
    execute_command = local.execute_command
    script          = "${path.root}/scripts/haskell.sh"
    environment_vars = [
      "GHC_PRIMARY=${var.ghc_primary_version}",
      "GHC_SECONDARY=${var.ghc_secondary_version}",
      "CABAL=${var.cabal_version}",
      "GHCUP_VERSION=${var.ghcup_version}",
      "GHCUP_SHA256=${var.ghcup_sha256}",
      "GHCUP_METADATA=${var.ghcup_metadata}",
    ]
  }
}
