namespace Xen.Toolstack.Libxl;

/// <summary>libxl's error codes.</summary>
public enum LibxlError
{
    Ok = 0,
    NonSpecific = -1,
    Version = -2,
    Fail = -3,
    NotImplemented = -4,
    NoMemory = -5,
    Invalid = -6,
    BadFail = -7,
    GuestTimedOut = -8,
    TimedOut = -9,
    NoParavirt = -10,
    NotReady = -11,
    OsEventRegistrationFail = -12,
    BufferFull = -13,
    UnknownChild = -14,
    LockFail = -15,
    JsonConfigEmpty = -16,
    DeviceExists = -17,
    DomainNotFound = -21,
    Aborted = -22,
    NotFound = -23,
    DomainDestroyed = -24,
    FeatureRemoved = -25,
}
