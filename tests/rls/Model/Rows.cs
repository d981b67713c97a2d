using System.Collections.Immutable;

namespace RlsChat.Tests.Rls.Model;

/// <summary>A row, as far as the rules ask about it. Keys are text, and name the row in its table.</summary>
internal interface IRow
{
    string Key { get; }
}

/// <summary>A row of "User". <paramref name="Joined"/> orders memberships; smaller is earlier.</summary>
internal sealed record Person(
    string Key, string? Org, string? Role, string? Manager, int Joined, bool Password, bool Verified, decimal Balance) : IRow;

internal sealed record Organization(string Key) : IRow;

/// <summary>A row of "Role"; a built-in one has no organization.</summary>
internal sealed record Role(string Key, string? Org, ImmutableSortedSet<string> Permissions) : IRow;

internal sealed record Chat(string Key, string Owner, string? Org, bool Public) : IRow;

internal sealed record Message(string Key, string Chat, string? Author) : IRow;

internal sealed record Vote(string Key, string Message, string Voter) : IRow;

/// <summary>One version: <paramref name="Id"/> at the second <paramref name="At"/>.</summary>
internal sealed record Document(string Id, int At, string Owner, string? Org) : IRow
{
    public string Key => $"{Id} {At}";
}

internal sealed record Suggestion(string Key, string Document, string? Author) : IRow;

internal sealed record Stream(string Key, string Chat, string? Opener) : IRow;

internal sealed record Chunk(string Stream, int Index) : IRow
{
    public string Key => $"{Stream} {Index}";
}

internal sealed record Invitation(string Key, string Org, string Email, string Role, string By, bool Expired, bool Accepted, string? Token = null) : IRow;

internal sealed record Account(string Key, string Owner) : IRow;

internal sealed record Session(string Key, string Owner) : IRow;

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
