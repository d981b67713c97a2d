namespace RlsChat.Database.Explaining;

/// <summary>The value of a condition for one row.</summary>
public enum Truth
{
    /// <summary>It lets the row pass.</summary>
    True,

    /// <summary>It does not.</summary>
    False,

    /// <summary>It does not either: in a policy, null is no.</summary>
    Null,

    /// <summary>Its evaluation failed, and with it the statement.</summary>
    Error,
}

/// <summary>What becomes of the command. Except for <see cref="Absent"/>, it was executed and rolled back.</summary>
public enum Verdict
{
    /// <summary>It happens.</summary>
    Yes,

    /// <summary>No error and no effect, as if there were no such row.</summary>
    Hidden,

    /// <summary>Error 42501.</summary>
    Denied,

    /// <summary>Another error.</summary>
    Failed,

    /// <summary>There is no such row, for anybody.</summary>
    Absent,
}

/// <summary>What a <see cref="Node"/> is.</summary>
public enum NodeKind
{
    /// <summary>An expression, or a leg of one.</summary>
    Condition,

    /// <summary>A privilege.</summary>
    Grant,

    /// <summary>The policies of a command on a row.</summary>
    Policies,

    /// <summary>The permissive ones of them, of which one must be true.</summary>
    Permissive,

    /// <summary>The restrictive ones, which must all be true.</summary>
    Restrictive,

    /// <summary>A policy; its note is its comment, its part its expression.</summary>
    Policy,

    /// <summary>The rows that a sub-select looks for.</summary>
    Rows,

    /// <summary>One of them.</summary>
    Row,

    /// <summary>A constraint, a trigger or another error of the command itself.</summary>
    Effect,

    /// <summary>Live delivery of a row's event; its note says why not, or by which subscription.</summary>
    Delivery,
}

/// <summary>A condition, a policy or a row, and what it consists of. Contains no value of a row.</summary>
/// <param name="Text">The expression, or a description.</param>
/// <param name="Truth">Its value.</param>
/// <param name="Note">Why, where the parts do not say it; the code of an error.</param>
/// <param name="Parts">The legs of an AND, OR, NOT or CASE, the rows behind a sub-select, the policies of a row.</param>
public sealed record Node(string Text, Truth Truth, string? Note, IReadOnlyList<Node> Parts)
{
    /// <summary>What it is.</summary>
    public NodeKind Kind { get; init; }

    /// <summary>Whether the parts are alternatives, of which one is enough.</summary>
    public bool IsAny { get; init; }

    /// <summary>The SQLSTATE, of an error.</summary>
    public string? Code { get; init; }

    /// <summary>A node without parts.</summary>
    public static Node Of(string text, Truth truth, string? note = null) => new(text, truth, note, []);
}

/// <summary>The kind of thing that refuses.</summary>
public enum Refuser
{
    /// <summary>No row has this key.</summary>
    Absent,

    /// <summary>The session of the token has ended, so the person is nobody.</summary>
    Session,

    /// <summary>A privilege is missing.</summary>
    Grant,

    /// <summary>No policy of the command is for the role.</summary>
    NoPolicy,

    /// <summary>No permissive policy is true.</summary>
    Policy,

    /// <summary>A restrictive policy is not true.</summary>
    Restrictive,

    /// <summary>The evaluation of a policy fails.</summary>
    PolicyError,

    /// <summary>A unique or foreign key, a check, an exclusion, a not null.</summary>
    Constraint,

    /// <summary>A trigger raises an error or skips the row.</summary>
    Trigger,

    /// <summary>Another error.</summary>
    Error,
}

/// <summary>What refuses first.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its description, with its name in the catalogue.</param>
/// <param name="Because">Why, if there is more to say.</param>
public sealed record Refusal(Refuser Kind, string Name, string? Because = null)
{
    /// <inheritdoc/>
    public override string ToString() => Because is null ? Name : $"{Name}: {Because}";
}

/// <summary>The answer to a <see cref="Question"/>. Contains no value of a row.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Verdict">What became of the command when it was executed.</param>
/// <param name="Code">The SQLSTATE of its error, if any.</param>
/// <param name="Refusal">What refused first; null if nothing did.</param>
/// <param name="Admits">What admits it: policies, or that none apply.</param>
/// <param name="IsConsistent">Whether grants and policies, evaluated one by one, predict the verdict.</param>
/// <param name="Facts">The identity that the database sees, and whether policies apply.</param>
/// <param name="Steps">What was decided, in PostgreSQL's order.</param>
/// <param name="Warnings">Effects that a rollback does not undo.</param>
public sealed record Explanation(
    Question Question, Verdict Verdict, string? Code, Refusal? Refusal, string Admits, bool IsConsistent,
    IReadOnlyList<string> Facts, IReadOnlyList<Node> Steps, IReadOnlyList<string> Warnings);
