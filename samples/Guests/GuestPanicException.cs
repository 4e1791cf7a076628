namespace Xen.Guests;

/// <summary>A guest's kernel gives up. It escapes on purpose: that is how the guest crashes.</summary>
public sealed class GuestPanicException(string why) : Exception($"Kernel panic - not syncing: {why}");
