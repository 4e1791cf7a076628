using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Mutators.Analyzers;

/// <summary>
/// What the analyzers report. A few fixed ids, one for each ODC class: an id for each operator would make every new one a change of the
/// package's rules. The operator's own id is in the message and in the diagnostic's properties.
/// </summary>
internal static class SiteDescriptors
{
    private const string Category = "FaultInjection";

    private const string SiteMessage = "{0}: {1} in {2} ({3})";

    private const string SiteDescription =
        "A place where a programmer could have left a typical residual bug. The refactoring 'Inject fault' injects it; 'dotnet mutators run' says what it would do.";

    private static readonly DiagnosticDescriptor assignment = new(
        "MUT1001", "Injection site: a wrong or missing assignment", SiteMessage, Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, SiteDescription);

    private static readonly DiagnosticDescriptor checking = new(
        "MUT1002", "Injection site: a wrong or missing check", SiteMessage, Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, SiteDescription);

    private static readonly DiagnosticDescriptor passing = new(
        "MUT1003", "Injection site: something wrong is passed on", SiteMessage, Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, SiteDescription);

    private static readonly DiagnosticDescriptor algorithm = new(
        "MUT1004", "Injection site: a missing, wrong or superfluous step", SiteMessage, Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, SiteDescription);

    private static readonly DiagnosticDescriptor function = new(
        "MUT1005", "Injection site: a missing or wrong function", SiteMessage, Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, SiteDescription);

    private static readonly DiagnosticDescriptor timing = new(
        "MUT1006", "Injection site: steps that do not wait for each other", SiteMessage, Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, SiteDescription);

    /// <summary>A fault that was injected here led to a failure that nobody noticed.</summary>
    public static readonly DiagnosticDescriptor Undetected = new(
        "MUT2001",
        "A fault here would go unnoticed",
        "{0} here was injected on {1}: {2}, {3}; {4}{5}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A campaign injected this fault, the program failed, and no monitor noticed. 'dotnet mutators review' walks through all of them, and takes a decision about each.");

    /// <summary>Configuration that cannot be used as it is.</summary>
    public static readonly DiagnosticDescriptor Configuration = new(
        "MUT9001",
        "A configuration of Mutators that cannot be used as it is",
        "{0}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An option in .editorconfig, a comment in the code or the file of outcomes is not what Mutators expects, and is left out of account.",
        customTags: WellKnownDiagnosticTags.CompilationEnd);

    /// <summary>Those of injection sites.</summary>
    public static readonly ImmutableArray<DiagnosticDescriptor> Sites = [assignment, checking, passing, algorithm, function, timing];

    /// <summary>The one of a class.</summary>
    public static DiagnosticDescriptor Of(FaultClass faultClass) => faultClass switch
    {
        FaultClass.Assignment => assignment,
        FaultClass.Checking => checking,
        FaultClass.Interface => passing,
        FaultClass.Algorithm => algorithm,
        FaultClass.Function => function,
        _ => timing,
    };
}
