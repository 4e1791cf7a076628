namespace Xen.Hypervisor;

/// <summary>Xen's error numbers. A hypercall answers 0 or one of them with a minus sign.</summary>
public static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int E2BIG = 7;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EPIPE = 32;
    public const int ENOSYS = 38;
    public const int ENOTEMPTY = 39;
    public const int ENODATA = 61;
    public const int EOVERFLOW = 75;
    public const int EUSERS = 87;
    public const int EOPNOTSUPP = 95;
    public const int EISCONN = 106;
    public const int ETIMEDOUT = 110;

    private static readonly SortedDictionary<int, string> Names = new()
    {
        [EPERM] = nameof(EPERM), [ENOENT] = nameof(ENOENT), [ESRCH] = nameof(ESRCH), [EIO] = nameof(EIO), [E2BIG] = nameof(E2BIG),
        [EAGAIN] = nameof(EAGAIN), [ENOMEM] = nameof(ENOMEM), [EACCES] = nameof(EACCES), [EFAULT] = nameof(EFAULT),
        [EBUSY] = nameof(EBUSY), [EEXIST] = nameof(EEXIST), [ENODEV] = nameof(ENODEV), [EISDIR] = nameof(EISDIR),
        [EINVAL] = nameof(EINVAL), [ENOSPC] = nameof(ENOSPC), [EROFS] = nameof(EROFS), [ENOSYS] = nameof(ENOSYS),
        [ENOTEMPTY] = nameof(ENOTEMPTY), [ENODATA] = nameof(ENODATA), [EOVERFLOW] = nameof(EOVERFLOW), [EUSERS] = nameof(EUSERS),
        [EOPNOTSUPP] = nameof(EOPNOTSUPP), [EINTR] = nameof(EINTR), [EPIPE] = nameof(EPIPE), [EISCONN] = nameof(EISCONN), [ETIMEDOUT] = nameof(ETIMEDOUT),
    };

    /// <summary>What strerror says of the error numbers that users get to see.</summary>
    public static string Text(int error) => Math.Abs(error) switch
    {
        ENOENT => "No such file or directory",
        EIO => "Input/output error",
        ENOMEM => "Cannot allocate memory",
        ENOSPC => "No space left on device",
        EPIPE => "Broken pipe",
        _ => Name(error),
    };

    /// <summary>The name of an error number, of either sign.</summary>
    public static string Name(int error) => Names.TryGetValue(Math.Abs(error), out var name) ? name : $"E{Math.Abs(error)}";
}
