namespace Xen.XenStore;

/// <summary>The errno names that xenstored puts into an ERROR reply; <see cref="None"/> is success and never travels.</summary>
public enum XsError
{
    None,
    EINVAL,
    EACCES,
    EEXIST,
    EISDIR,
    ENOENT,
    ENOMEM,
    ENOSPC,
    EIO,
    ENOTEMPTY,
    ENOSYS,
    EROFS,
    EBUSY,
    EAGAIN,
    EISCONN,
    E2BIG,
    EPERM,
}
