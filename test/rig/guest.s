# A guest of 512 bytes, a boot sector: it is up in a fraction of a second under software emulation, and shows on its serial port what a driver did.
#   boot N       how often this disk was booted; it writes N to its third sector
#   seed cidata  if there is a second disk: the beginning of its label, as ISO 9660 has it
#   vendor ...   what SMBIOS says in strings of the vendor, where it has such and not much
#   ready        then a letter each half second, on and on: its memory
#   bye          when the power button was pressed; then it switches itself off. With DEAF defined it does not hear it.
        .code16
        .globl  _start
_start: xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
.ifndef DEAF
        movw    $0x602, %dx             # PM1_EN of the PIIX4, where SeaBIOS puts it: the power button
        movw    $0x100, %ax
        outw    %ax, %dx
.endif
        movw    $0x0201, %ax            # read, count, write
        call    disk
        incb    0x8000
        movw    $0x0301, %ax
        call    disk
        movw    $boots, %si
        call    say
        movb    0x8000, %al
        addb    $'0', %al
        call    put
        movb    $0x42, %ah              # the volume descriptor of a second disk
        movb    $0x81, %dl
        movw    $packet, %si
        int     $0x13
        jc      1f
        movw    $seed, %si
        call    say
        movb    $0, 0x802e
        movw    $0x8028, %si
        call    say
1:      movw    $0xf000, %ax            # the tables of SMBIOS, which are small enough to lie beside SeaBIOS
        movw    %ax, %es
        xorw    %di, %di
4:      addw    $16, %di
        cmpl    $0x5f4d535f, %es:(%di)  # _SM_
        jne     4b
        cmpw    $0xf, %es:0x1a(%di)     # large ones lie where this does not reach
        jne     7f
        movw    %es:0x18(%di), %si
table:  movb    %es:(%si), %bl
        cmpb    $127, %bl
        je      7f
        movzbw  %es:1(%si), %ax
        addw    %ax, %si
        pushw   %si
        cmpb    $11, %bl                # strings of the vendor
        movw    $vendor, %si
        jne     5f
        call    say
5:      popw    %si
6:      cmpw    $0, %es:(%si)
        je      8f
        movb    %es:(%si), %al
        incw    %si
        cmpb    $11, %bl
        jne     6b
        call    put
        jmp     6b
8:      addw    $2, %si
        jmp     table
7:      movw    $ready, %si
        call    say
        sti
again:  movb    $'a', %bl
letter: movw    $9, %cx
tick:   hlt                             # until the timer's next interrupt
        movw    $0x600, %dx             # PM1_STS
        inw     %dx, %ax
        testb   $1, %ah
        jnz     off
        loop    tick
        movb    %bl, %al
        call    put
        incb    %bl
        cmpb    $'z', %bl
        jbe     letter
        jmp     again
off:    movw    $bye, %si
        call    say
        movw    $0x604, %dx             # PM1_CNT: soft off
        movw    $0x2000, %ax
        outw    %ax, %dx
2:      hlt
        jmp     2b
disk:   movw    $3, %cx
        movw    $0x80, %dx
        movw    $0x8000, %bx
        int     $0x13
        ret
say:    lodsb
        testb   %al, %al
        jz      3f
        call    put
        jmp     say
3:      ret
put:    movw    $0x3f8, %dx
        outb    %al, %dx
        ret
boots:  .asciz  "\nboot "
vendor: .asciz  "\nvendor "
seed:   .asciz  "\nseed "
ready:  .asciz  "\nready\n"
bye:    .asciz  "\nbye\n"
packet: .byte   16, 0
        .word   1, 0x8000, 0
        .long   64, 0                   # sector 16 of a disc, as sectors of 512 bytes
        .org    510
        .word   0xaa55
