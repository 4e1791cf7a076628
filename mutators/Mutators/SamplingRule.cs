namespace Mutators;

/// <summary>How a faultload is chosen out of all sites.</summary>
public enum SamplingRule
{
    /// <summary>Every site: a census.</summary>
    All,

    /// <summary>A simple random sample: each set of sites of the wanted size is equally likely.</summary>
    Uniform,

    /// <summary>
    /// Stratified by operator in the proportions of the field study, because exhaustive generation is far from them. Inside an
    /// operator every site is equally likely, and each file gets its share.
    /// </summary>
    FieldWeighted,

    /// <summary>
    /// The same number of sites from each component, so that components can be compared; a statement about all of them weighs each by
    /// its sites.
    /// </summary>
    Component,

    /// <summary>
    /// The same number of sites from each operator, so that operators can be compared; a statement about all of them weighs each by
    /// its sites.
    /// </summary>
    Operator,
}
