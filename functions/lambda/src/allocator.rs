/// What the template tells glibc's allocator: the variable of the process, and its value. It is read before
/// anything of ours runs.
///
/// A batch is up to 6 MiB, and is decoded into another block of nearly that size. By default glibc asks the kernel
/// for such blocks one by one and gives each back at once, so that every batch pays for thousands of pages
/// that are taken, cleared and given back. So blocks up to 32 MiB come from the heap, and the heap keeps up
/// to 128 MiB of what is free at its end: less than that is in use, and the function's memory is paid for
/// anyway. Another C library does not look at it.
pub const GLIBC_TUNABLES: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=134217728",
);
