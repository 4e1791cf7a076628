namespace Xen.Hypervisor;

/// <summary>Where a PV guest of x86-64 tells in shared_info (struct arch_shared_info) where its table of pages is.</summary>
public static class SharedInfoLayout
{
    /// <summary>How many page numbers the guest's table has.</summary>
    public const int MaxPfn = 3088;

    /// <summary>The frame with the list of the frames that list the frames of the table; 0 until the guest has set it up.</summary>
    public const int FrameListList = 3096;
}
