/** What make knows before it reads a Makefile, as far as projects in C and C++ use it. Read as a Makefile of its own. */
export const BUILT_IN = `
CC = cc
CXX = g++
CPP = $(CC) -E
AR = ar
AS = as
LD = ld
RM = rm -f
ARFLAGS = rv
MAKE = make
MAKE_COMMAND = make
SHELL = /bin/sh
OUTPUT_OPTION = -o $@
COMPILE.c = $(CC) $(CFLAGS) $(CPPFLAGS) -c
COMPILE.cc = $(CXX) $(CXXFLAGS) $(CPPFLAGS) -c
COMPILE.cpp = $(COMPILE.cc)
COMPILE.C = $(COMPILE.cc)
COMPILE.S = $(CC) $(ASFLAGS) $(CPPFLAGS) -c
COMPILE.s = $(AS) $(ASFLAGS)
LINK.o = $(CC) $(LDFLAGS)
LINK.c = $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS)
LINK.cc = $(CXX) $(CXXFLAGS) $(CPPFLAGS) $(LDFLAGS)
LINK.cpp = $(LINK.cc)
LINK.C = $(LINK.cc)
%: %.o
	$(LINK.o) $^ $(LDLIBS) -o $@
%: %.c
	$(LINK.c) $^ $(LDLIBS) -o $@
%: %.cc
	$(LINK.cc) $^ $(LDLIBS) -o $@
%: %.cpp
	$(LINK.cpp) $^ $(LDLIBS) -o $@
%: %.C
	$(LINK.C) $^ $(LDLIBS) -o $@
%.o: %.c
	$(COMPILE.c) -o $@ $<
%.o: %.cc
	$(COMPILE.cc) -o $@ $<
%.o: %.cpp
	$(COMPILE.cpp) -o $@ $<
%.o: %.C
	$(COMPILE.C) -o $@ $<
%.o: %.S
	$(COMPILE.S) -o $@ $<
%.o: %.s
	$(COMPILE.s) -o $@ $<
`;
