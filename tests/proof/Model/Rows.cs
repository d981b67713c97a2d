using System.Collections.Immutable;

namespace RlsChat.Tests.Proof.Model;

/// <summary>A row, as far as the rules ask about it. Keys are text, and name the row in its table.</summary>
internal interface IRow
{
    string Key { get; }
}

/// <summary>
/// A row of "User". <paramref name="Joined"/> orders memberships; smaller is earlier. Whether there is a
/// <paramref name="Password"/>; an empty <paramref name="Email"/> is one that is not known.
/// </summary>
internal sealed record Person(
    string Key, string Email, string? Org, string? Role, string? Manager, int Joined, bool Password, bool Verified, decimal Balance) : IRow;

internal sealed record Organization(string Key) : IRow;

/// <summary>A row of "Role"; a built-in one has no organization.</summary>
internal sealed record Role(string Key, string? Org, ImmutableSortedSet<string> Permissions) : IRow;

internal sealed record Chat(string Key, string Owner, string? Org, bool Public) : IRow;

internal sealed record Message(string Key, string Chat, string? Author, string Text = "") : IRow;

internal sealed record Vote(string Key, string Message, string Voter, bool Up = true) : IRow;

/// <summary>One version: <paramref name="Id"/> at the second <paramref name="At"/>.</summary>
internal sealed record Document(string Id, int At, string Owner, string? Org) : IRow
{
    public string Key => $"{Id} {At}";
}

internal sealed record Suggestion(string Key, string Document, string? Author, string Text = "", bool Resolved = false) : IRow;

/// <summary>An answer being written; finished, it has become a message (which may have gone since).</summary>
internal sealed record Stream(string Key, string Chat, string? Opener, bool Finished = false, string? Message = null) : IRow;

internal sealed record Chunk(string Stream, int Index, string Data = "chunk") : IRow
{
    public string Key => $"{Stream} {Index}";
}

internal sealed record Invitation(string Key, string Org, string Email, string Role, string By, bool Expired, bool Accepted, string? Token = null) : IRow;

internal sealed record Account(string Key, string Owner) : IRow;

/// <summary>A sign-in with its newest pair of tokens, or another pair of the sign-in <paramref name="Family"/>.</summary>
internal sealed record Session(string Key, string Owner, string? Family, string Token, bool Rotated = false, bool Revoked = false) : IRow;

/// <summary>A row of "verificationToken": what was mailed to an address, for one purpose.</summary>
internal sealed record Mailed(string Key, string Owner, string Purpose, string Email) : IRow;

internal sealed record CreditEntry(string Key, string Owner) : IRow;

internal sealed record AuditEvent(string Key, string? Actor, string? Subject, string? Org) : IRow;

internal sealed record IdempotencyKey(string Owner, string Name) : IRow
{
    public string Key => $"{Owner} {Name}";
}

internal sealed record Quota(string Owner, string Kind) : IRow
{
    public string Key => $"{Owner} {Kind}";
}

/// <summary>What a member sees of a person: the view "Colleague".</summary>
internal sealed record Colleague(Person Of) : IRow
{
    public string Key => Of.Key;
}
