using System.Globalization;

namespace Xen.Guests;

/// <summary>How a service is built and what is wrong with it: words `key:number`, with commas between, on the kernel's command line.</summary>
public sealed record ServiceOptions
{
    /// <summary>Tells instances apart.</summary>
    public int Id { get; init; }

    public int Version { get; init; } = 1;

    /// <summary>CPU time of a request, in microseconds.</summary>
    public int WorkUs { get; init; } = 100;

    /// <summary>CPU time from the kernel's start to the first request, in milliseconds.</summary>
    public int BootMs { get; init; } = 500;

    /// <summary>Pages of working memory.</summary>
    public int WorkingPages { get; init; }

    /// <summary>How many of them a request writes to.</summary>
    public int DirtyPages { get; init; }

    /// <summary>A page of memory is lost every so many requests; 0 for never.</summary>
    public int LeakEvery { get; init; }

    /// <summary>Of a million requests, so many leave a latent error in the process: from then on every answer is wrong.</summary>
    public int LatentPpm { get; init; }

    /// <summary>Of a million requests, so many leave an error in the accounts themselves.</summary>
    public int RotPpm { get; init; }

    /// <summary>The kernel panics at the request of this number; 0 for never.</summary>
    public int CrashAt { get; init; }

    /// <summary>Answers are wrong from the request of this number on; 0 for never.</summary>
    public int WrongFrom { get; init; }

    /// <summary>Versions below this one obey whoever sends <see cref="Service.Exploit"/>; 0 for none.</summary>
    public int FlawedBelow { get; init; }

    /// <summary>Reads the words. One that means nothing is ignored, as kernels do.</summary>
    public static ServiceOptions Parse(string words)
    {
        var options = new ServiceOptions();
        foreach (var word in words.Split(','))
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && int.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                options = options.With(word[..colon], number);
            }
        }

        return options;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"id:{Id},version:{Version},work:{WorkUs},boot:{BootMs},pages:{WorkingPages},dirty:{DirtyPages},leak:{LeakEvery},latent:{LatentPpm},rot:{RotPpm},crash:{CrashAt},wrong:{WrongFrom},flaw:{FlawedBelow}");

    private ServiceOptions With(string key, int number) => key switch
    {
        "id" => this with { Id = number },
        "version" => this with { Version = number },
        "work" => this with { WorkUs = Math.Clamp(number, 1, 1_000_000) },
        "boot" => this with { BootMs = Math.Clamp(number, 1, 60_000) },
        "pages" => this with { WorkingPages = Math.Min(number, 1 << 16) },
        "dirty" => this with { DirtyPages = Math.Min(number, 1 << 16) },
        "leak" => this with { LeakEvery = number },
        "latent" => this with { LatentPpm = Math.Min(number, 1_000_000) },
        "rot" => this with { RotPpm = Math.Min(number, 1_000_000) },
        "crash" => this with { CrashAt = number },
        "wrong" => this with { WrongFrom = number },
        "flaw" => this with { FlawedBelow = number },
        _ => this,
    };
}
