namespace Mutators;

/// <summary>
/// The class of a software fault by its nature, after Orthogonal Defect Classification as the field studies use it
/// (Durães and Madeira, IEEE TSE 32(11), 2006, section 3).
/// </summary>
public enum FaultClass
{
    /// <summary>A value is assigned wrongly, or not at all.</summary>
    Assignment,

    /// <summary>A condition that guards an action is wrong or missing.</summary>
    Checking,

    /// <summary>What one part passes to another is wrong.</summary>
    Interface,

    /// <summary>A step of the computation is missing, wrong or too much; no change of design is needed to mend it.</summary>
    Algorithm,

    /// <summary>A larger piece of functionality is missing or wrong; mending it is a change of design.</summary>
    Function,

    /// <summary>Steps that must wait for each other, or keep others out, do not.</summary>
    Timing,
}
