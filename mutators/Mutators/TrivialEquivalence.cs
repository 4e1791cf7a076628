using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators;

/// <summary>
/// Trivial compiler equivalence: a mutant for which the optimising compiler makes what it makes of golden is no fault, and of two for
/// which it makes the same one is enough. What the compiler does not see stays unknown: equal meaning is not decidable.
/// </summary>
/// <param name="equivalent">Mutants that compile to golden.</param>
/// <param name="duplicates">Mutants that compile to what an earlier one compiles to, with that one.</param>
/// <param name="rejected">Mutants that do not compile, so nothing can be said.</param>
/// <param name="errors">What the compiler says to those.</param>
public sealed class TrivialEquivalence(
    ImmutableArray<MutantId> equivalent,
    ImmutableArray<(MutantId Mutant, MutantId Same)> duplicates,
    ImmutableArray<MutantId> rejected,
    ImmutableDictionary<MutantId, string>? errors = null)
{
    /// <summary>One copy with an error makes an emission worthless, so not all are risked in one.</summary>
    private const int CopiesAtOnce = 500;

    /// <summary>Mutants that compile to golden, in the order given.</summary>
    public ImmutableArray<MutantId> Equivalent { get; } = equivalent;

    /// <summary>Mutants that compile to what an earlier one compiles to, with that one, in the order given.</summary>
    public ImmutableArray<(MutantId Mutant, MutantId Same)> Duplicates { get; } = duplicates;

    /// <summary>Mutants that do not compile, in the order given.</summary>
    public ImmutableArray<MutantId> Rejected { get; } = rejected;

    /// <summary>The first error of each rejected mutant.</summary>
    public ImmutableDictionary<MutantId, string> Errors { get; } = errors ?? ImmutableDictionary<MutantId, string>.Empty;

    /// <summary>
    /// Compiles golden and its mutants, each against the whole program, and compares the bodies that an edit concerns. Most mutants share an
    /// emission, each in a copy of its member; others share one with mutants of other bodies, so they cost as many emissions as such a body has mutants.
    /// </summary>
    /// <param name="golden">The golden compilation.</param>
    /// <param name="mutants">The mutants, each with the tree of <paramref name="golden"/> that holds its site; of equal ones the first stays.</param>
    /// <param name="cancel">Stops the compiler.</param>
    /// <param name="progress">Told after each emission how many mutants were in it, and how many emissions of its kind are left.</param>
    public static TrivialEquivalence Find(
        Compilation golden, IEnumerable<(SyntaxTree Tree, Mutant Mutant)> mutants, CancellationToken cancel, Action<int, int>? progress = null)
    {
        var (quiet, trees) = Optimised(golden).Quiet(cancel);
        var all = mutants.Select(each => new MutantBatch.Member(trees[each.Tree], each.Mutant, MutatedPart.Of(quiet, trees[each.Tree], each.Mutant, cancel))).ToList();
        using var search = new Search(quiet, cancel);
        var (copied, inPlace) = (new List<MutantBatch.Member>(), new List<MutantBatch.Member>());
        foreach (var member in all)
        {
            (BodyCopy.SourceOf(member.Tree, member.Part, member.Mutant, cancel) is null ? inPlace : copied).Add(member);
        }

        for (var at = 0; at < copied.Count; at += CopiesAtOnce)
        {
            var batch = search.Parsed(new MutantBatch([.. copied.Skip(at).Take(CopiesAtOnce)]));
            inPlace.AddRange(search.CompileCopies(batch));
            progress?.Invoke(batch.Members.Length, (copied.Count - at - 1) / CopiesAtOnce);
        }

        var batches = MutantBatch.Of(inPlace).ToList();
        for (var i = 0; i < batches.Count; i++)
        {
            search.Compile(search.Parsed(batches[i]));
            progress?.Invoke(batches[i].Members.Length, batches.Count - i - 1);
        }

        return search.Result(all.Select(each => each.Mutant.Id));
    }

    /// <summary>The piece of the compiled program that a mutant changes, by name: mutants of different pieces are never duplicates of each other.</summary>
    public static string PieceOf(Compilation golden, SyntaxTree tree, Mutant mutant, CancellationToken cancel) => MutatedPart.Of(golden, tree, mutant, cancel).Name;

    // A Release build says the same of the same code, to the last bit. The options are made anew, because those of a Debug build remember
    // the compiler's argument /debug+ where nobody can reach it, and what is optimised then keeps what a debugger wants to see. Warnings say
    // nothing here, and must not count as errors.
    private static Compilation Optimised(Compilation golden)
    {
        var options = (CSharpCompilationOptions)golden.Options;
        return golden.WithOptions(new CSharpCompilationOptions(
            options.OutputKind,
            moduleName: options.ModuleName,
            mainTypeName: options.MainTypeName,
            scriptClassName: options.ScriptClassName,
            usings: options.Usings,
            optimizationLevel: OptimizationLevel.Release,
            checkOverflow: options.CheckOverflow,
            allowUnsafe: options.AllowUnsafe,
            cryptoKeyContainer: options.CryptoKeyContainer,
            cryptoKeyFile: options.CryptoKeyFile,
            cryptoPublicKey: options.CryptoPublicKey,
            delaySign: options.DelaySign,
            platform: options.Platform,
            generalDiagnosticOption: ReportDiagnostic.Suppress,
            concurrentBuild: options.ConcurrentBuild,
            deterministic: true,
            xmlReferenceResolver: options.XmlReferenceResolver,
            sourceReferenceResolver: options.SourceReferenceResolver,
            metadataReferenceResolver: options.MetadataReferenceResolver,
            assemblyIdentityComparer: options.AssemblyIdentityComparer,
            strongNameProvider: options.StrongNameProvider,
            publicSign: options.PublicSign,
            metadataImportOptions: options.MetadataImportOptions,
            nullableContextOptions: options.NullableContextOptions));
    }

    private sealed class Search : IDisposable
    {
        private readonly Skeleton _golden;
        private readonly CancellationToken _cancel;
        private readonly CompiledBodies _original;
        private readonly Dictionary<MutantId, (string Part, string Fingerprint, bool IsGolden)> _compiled = [];
        private readonly Dictionary<MutantId, string> _errors = [];

        public Search(Compilation golden, CancellationToken cancel)
        {
            _cancel = cancel;
            _original = Emit(golden).Bodies
                ?? throw new ArgumentException("Golden does not compile, so no mutant can be compared with it.", nameof(golden));
            _golden = new Skeleton(golden, cancel);
        }

        /// <inheritdoc/>
        public void Dispose() => _original.Dispose();

        /// <summary>The batch without the mutants that do not parse.</summary>
        public MutantBatch Parsed(MutantBatch batch)
        {
            var unparsable = batch.Unparsable(_cancel).ToDictionary(each => each.Member, each => each.Error);
            Reject(unparsable);
            return batch.Without(unparsable.Keys);
        }

        /// <summary>Compiles the mutants of a batch in copies of their members, which golden's is among. Mutants whose copy does not compile are returned.</summary>
        public List<MutantBatch.Member> CompileCopies(MutantBatch batch)
        {
            var refused = new List<MutantBatch.Member>();
            for (var left = Copied(batch); left.Count > 0;)
            {
                var (bodies, errors) = Emit(_golden.Beside(left.Select(each => each.Mutated).Concat(left.Select(each => each.Golden).Distinct())));
                if (bodies is not null)
                {
                    using (bodies)
                    {
                        refused.AddRange(left.Where(each => !TryCompare(each, bodies)).Select(each => each.Member));
                    }

                    break;
                }

                var wrong = new HashSet<string>(errors.SelectMany(error => BodyCopy.NamesAround(error.Location)));
                var found = left.Where(each => wrong.Contains(each.Mutated.Name) || wrong.Contains(each.Golden.Name)).ToList();
                found = found.Count > 0 ? found : left;
                refused.AddRange(found.Select(each => each.Member));
                left = [.. left.Except(found)];
            }

            return refused;
        }

        /// <summary>Compiles the mutants of a batch; those that the compiler rejects leave it.</summary>
        public void Compile(MutantBatch batch)
        {
            while (!batch.Members.IsEmpty)
            {
                var (bodies, errors) = Emit(_golden.Inject(batch));
                if (bodies is not null)
                {
                    using (bodies)
                    {
                        Compare(batch, bodies);
                    }

                    return;
                }

                var rejected = Blame(batch, errors);
                if (rejected.Count == 0)
                {
                    // Nobody's part holds the error, so who causes it is found by halves.
                    foreach (var half in batch.Halves())
                    {
                        Compile(half);
                    }

                    return;
                }

                Reject(rejected);
                batch = batch.Without(rejected.Keys);
            }
        }

        /// <summary>What was found, in the order of the mutants.</summary>
        public TrivialEquivalence Result(IEnumerable<MutantId> order)
        {
            var first = new Dictionary<(string Part, string Fingerprint), MutantId>();
            var equivalent = ImmutableArray.CreateBuilder<MutantId>();
            var duplicates = ImmutableArray.CreateBuilder<(MutantId, MutantId)>();
            var rejected = ImmutableArray.CreateBuilder<MutantId>();
            foreach (var id in order)
            {
                if (!_compiled.TryGetValue(id, out var compiled))
                {
                    rejected.Add(id);
                }
                else if (compiled.IsGolden)
                {
                    equivalent.Add(id);
                }
                else if (first.TryGetValue((compiled.Part, compiled.Fingerprint), out var same))
                {
                    duplicates.Add((id, same));
                }
                else
                {
                    first.Add((compiled.Part, compiled.Fingerprint), id);
                }
            }

            return new TrivialEquivalence(equivalent.ToImmutable(), duplicates.ToImmutable(), rejected.ToImmutable(), _errors.ToImmutableDictionary());
        }

        private List<(MutantBatch.Member Member, BodyCopy Golden, BodyCopy Mutated)> Copied(MutantBatch batch) => BodyCopy.Pairs(
            batch.Members.Select(member => (member, BodyCopy.SourceOf(member.Tree, member.Part, member.Mutant, _cancel)!, member.Part.Type, member.Mutant)));

        private bool TryCompare((MutantBatch.Member Member, BodyCopy Golden, BodyCopy Mutated) each, CompiledBodies bodies)
        {
            if (bodies.Fingerprint(each.Golden) is not { } original || bodies.Fingerprint(each.Mutated) is not { } fingerprint)
            {
                return false;
            }

            _compiled.Add(each.Member.Mutant.Id, ($"{each.Member.Part.Name} {each.Golden.Source.SpanStart}", fingerprint, fingerprint == original));
            return true;
        }

        private void Compare(MutantBatch batch, CompiledBodies bodies)
        {
            foreach (var member in batch.Members)
            {
                var part = member.Part;
                var fingerprint = bodies.Fingerprint(part);
                _compiled.Add(member.Mutant.Id, (part.Name, fingerprint, fingerprint == _original.Fingerprint(part)));
            }
        }

        private void Reject(Dictionary<MutantBatch.Member, Diagnostic> rejected)
        {
            foreach (var each in rejected)
            {
                _errors.Add(each.Key.Mutant.Id, $"{each.Value.Id}: {each.Value.GetMessage(CultureInfo.InvariantCulture)}");
            }
        }

        private Dictionary<MutantBatch.Member, Diagnostic> Blame(MutantBatch batch, IEnumerable<Diagnostic> errors)
        {
            var blamed = new Dictionary<MutantBatch.Member, Diagnostic>();
            foreach (var error in errors)
            {
                var member = batch.Members.Length == 1 ? batch.Members[0] : batch.At(error.Location, tree => _golden.Edits(batch, tree));
                if (member is not null && !blamed.ContainsKey(member))
                {
                    blamed.Add(member, error);
                }
            }

            return blamed;
        }

        // Without debug information, since lines move with every edit.
        private (CompiledBodies? Bodies, ImmutableArray<Diagnostic> Errors) Emit(Compilation compilation)
        {
            using var image = new MemoryStream();
            var result = compilation.Emit(image, cancellationToken: _cancel);
            return result.Success
                ? (new CompiledBodies(ImmutableArray.Create(image.ToArray())), [])
                : (null, [.. result.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error)]);
        }
    }
}
