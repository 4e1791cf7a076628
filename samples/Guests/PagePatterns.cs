using System.Runtime.InteropServices;
using Xen.Drivers;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// Fills pages of the guest's memory with patterns and looks at them again and again, each time with the next pattern: pages that come back
/// wrong from a save, a migration or the balloon are noticed, and so are writes by somebody else.
/// </summary>
public sealed class PagePatterns : GuestProgram
{
    public const string KindName = "page-patterns";

    private const long StepNs = 10_000_000;

    /// <summary>In so many steps all pages are rewritten.</summary>
    private const int StepsPerRound = 16;

    private readonly GuestKernel kernel;
    private readonly ulong seed;
    private readonly List<PatternPage> pages = [];
    private Hypervisor.Timer? timer;
    private int next;
    private string? problem;
    private bool stopped;

    public PagePatterns(GuestKernel kernel, int count)
    {
        this.kernel = kernel;
        seed = kernel.Manifest.Seed;
        for (var i = 0; i < count; i++)
        {
            if (kernel.Pages!.Allocate() is not { } page)
            {
                throw new GuestPanicException("Out of memory");
            }

            var pfn = kernel.Domain.PfnOf(page.Mfn);
            Fill(page, pfn, 0);
            pages.Add(new PatternPage(pfn, page, 0));
        }
    }

    /// <summary>The program that a suspended kernel has left behind.</summary>
    public PagePatterns(GuestKernel kernel, GuestState state)
    {
        this.kernel = kernel;
        seed = kernel.Manifest.Seed;
        next = (int)state.Read();
        problem = state.ReadText();
        var count = state.Read();
        for (var i = 0; i < count; i++)
        {
            var pfn = (int)state.Read();
            var epoch = (uint)state.Read();
            pages.Add(new PatternPage(pfn, kernel.ClaimPage(pfn), epoch));
        }
    }

    public override string Kind => KindName;

    public override string Title => "memory";

    public override bool Ended => true;

    public override string? Problem => problem;

    public override ulong Digest => (ulong)pages.Count;

    /// <summary>Pages looked at so far.</summary>
    public long Checked { get; private set; }

    public void Start() => timer = kernel.Domain.Host.Simulation.AfterHousekeeping(StepNs, kernel.Component, "page patterns", Step);

    public override void Freeze(Action frozen)
    {
        timer?.Cancel();
        timer = null;
        frozen();
    }

    public override void Thaw()
    {
        CheckAll();
        if (!stopped)
        {
            Start();
        }
    }

    public override void Save(GuestState state)
    {
        state.Write(next);
        state.Write(problem);
        state.Write(pages.Count);
        foreach (var each in pages)
        {
            state.Write(each.Pfn);
            state.Write(each.Epoch);
        }
    }

    public override void Verify(Action done)
    {
        CheckAll();
        done();
    }

    public override void Stop()
    {
        stopped = true;
        timer?.Cancel();
        timer = null;
    }

    private void Step()
    {
        var count = (pages.Count + StepsPerRound - 1) / StepsPerRound;
        for (var i = 0; i < count; i++)
        {
            var each = pages[next];
            Check(each);
            each.Epoch++;
            Fill(each.Page, each.Pfn, each.Epoch);
            next = (next + 1) % pages.Count;
        }

        Start();
    }

    private void CheckAll()
    {
        foreach (var each in pages)
        {
            Check(each);
        }
    }

    private void Check(PatternPage page)
    {
        Checked++;
        var state = Initial(page.Pfn, page.Epoch);
        var words = MemoryMarshal.Cast<byte, ulong>(page.Page.Read);
        for (var i = 0; i < words.Length; i++)
        {
            state = Advance(state);
            if (words[i] != state)
            {
                problem ??= $"page {page.Pfn:x} has changed at {i * sizeof(ulong):x}";
                return;
            }
        }
    }

    private void Fill(MappedPage page, int pfn, uint epoch)
    {
        var state = Initial(pfn, epoch);
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(page.Write))
        {
            state = Advance(state);
            word = state;
        }
    }

    private ulong Initial(int pfn, uint epoch) => seed ^ ((ulong)pfn << 32) ^ epoch;

    private static ulong Advance(ulong state) => (state * 6364136223846793005UL) + 1442695040888963407UL;

    /// <summary>A page and the pattern that it holds.</summary>
    private sealed class PatternPage(int pfn, MappedPage page, uint epoch)
    {
        public int Pfn { get; } = pfn;

        public MappedPage Page { get; } = page;

        public uint Epoch { get; set; } = epoch;
    }
}
