using System.Collections.Immutable;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// docs/access-rules.md as C#, sharing nothing with the SQL. Each question is about one person (null: anonymous) and one
/// row, in one world.
/// </summary>
internal sealed class Rules(World world)
{
    /// <summary>The row is among what the person reads.</summary>
    public bool Sees(string? who, IRow row) => row switch
    {
        // One row a sign-in, not the later pairs of tokens; none that was revoked.
        Session { Family: not null } or Session { Revoked: true } => false,
        Person or Account or Session or CreditEntry or IdempotencyKey or Quota => Is(who, OwnerOf(row)),
        Colleague colleague => IsMember(who, colleague.Of.Org),
        Organization organization => IsMember(who, organization.Key),
        Role { Org: null } => who is not null && world.The<Person>(who).Org is not null,
        Role role => IsMember(who, role.Org),
        Invitation invitation => Holds(who, invitation.Org, "can_manage_members"),
        Chat chat => chat.Public || IsStillOwner(who, chat.Owner, chat.Org) || IsMember(who, chat.Org),
        Message message => Sees(who, world.The<Chat>(message.Chat)),
        Vote vote => Sees(who, world.The<Message>(vote.Message)),
        Stream stream => Sees(who, world.The<Chat>(stream.Chat)),
        Chunk chunk => Sees(who, world.The<Stream>(chunk.Stream)),
        Document document => IsStillOwner(who, document.Owner, document.Org)
            || (IsMember(who, document.Org) && IsAbove(who, document.Owner))
            || Holds(who, document.Org, "can_view_documents") || Holds(who, document.Org, "can_manage_documents"),
        Suggestion suggestion => who is not null && Sees(who, world.The<Document>(suggestion.Document)),
        AuditEvent e => Is(who, e.Actor) || Is(who, e.Subject) || Holds(who, e.Org, "can_view_audit"),
        _ => throw new NotSupportedException(row.ToString()),
    };

    /// <summary>The person may add this row, as it stands.</summary>
    public bool MayInsert(string? who, IRow row) => row switch
    {
        Chat chat => IsStillOwner(who, chat.Owner, chat.Org),
        Message message => Is(who, message.Author) && MayWrite(who, world.The<Chat>(message.Chat)),
        Vote vote => Is(who, vote.Voter) && Sees(who, world.The<Message>(vote.Message)),
        // A version under another person's id is denied. (One organization, too: to the
        // owner, who is no stranger to it, another one is a constraint's error, not a denial.)
        Document document => IsStillOwner(who, document.Owner, document.Org)
            && world.All<Document>().All(d => d.Id != document.Id || d.Owner == document.Owner),
        Suggestion suggestion => Is(who, suggestion.Author) && !suggestion.Resolved && Sees(who, world.The<Document>(suggestion.Document)),
        Stream stream => Is(who, stream.Opener) && MayWrite(who, world.The<Chat>(stream.Chat)),
        Chunk chunk => world.The<Stream>(chunk.Stream) is var stream
            && Is(who, stream.Opener) && MayWrite(who, world.The<Chat>(stream.Chat)),
        Role role => Holds(who, role.Org, "can_manage_roles") && HoldsAllOf(who, role.Permissions),
        Invitation invitation => Holds(who, invitation.Org, "can_manage_members") && MayGrant(who, invitation.Org, invitation.Role),
        IdempotencyKey key => Is(who, key.Owner),
        _ => false,
    };

    /// <summary>The person may change it, in the columns that anybody may change; of a suggestion, of either of the two.</summary>
    public bool MayUpdate(string? who, IRow row) => row switch
    {
        Chat chat => IsStillOwner(who, chat.Owner, chat.Org) || Holds(who, chat.Org, "can_manage_chats"),
        Message message => Is(who, message.Author) && MayWrite(who, world.The<Chat>(message.Chat)),
        Vote vote => Is(who, vote.Voter) && Sees(who, vote),
        Suggestion suggestion => MayReword(who, suggestion) || MayResolve(who, suggestion),
        Organization organization => Holds(who, organization.Key, "can_manage_organization"),
        Role role => Holds(who, role.Org, "can_manage_roles") && HoldsAllOf(who, role.Permissions),
        IdempotencyKey key => Is(who, key.Owner),
        _ => false,
    };

    /// <summary>The author, while they can read the document version.</summary>
    public bool MayReword(string? who, Suggestion suggestion) => Is(who, suggestion.Author) && Sees(who, suggestion);

    /// <summary>The owner of the document.</summary>
    public bool MayResolve(string? who, Suggestion suggestion) =>
        world.The<Document>(suggestion.Document) is var document && IsStillOwner(who, document.Owner, document.Org);

    /// <summary>The person may delete it, before what keeps the row for everybody (a role in use, the last way in).</summary>
    public bool MayDelete(string? who, IRow row) => row switch
    {
        Person or Account or Session or IdempotencyKey => Is(who, OwnerOf(row)),
        Organization organization => Holds(who, organization.Key, "can_manage_organization")
            && !world.All<Person>().Any(p => p.Org == organization.Key && p.Key != who),
        // That a role is in use is an error, to those who may.
        Role role => Holds(who, role.Org, "can_manage_roles") && HoldsAllOf(who, role.Permissions),
        Invitation invitation => Holds(who, invitation.Org, "can_manage_members"),
        Chat chat => MayTidy(who, chat),
        Message message => (Is(who, message.Author) && MayWrite(who, world.The<Chat>(message.Chat)))
            || MayTidy(who, world.The<Chat>(message.Chat)),
        Vote vote => Is(who, vote.Voter) && Sees(who, vote),
        Document document => IsStillOwner(who, document.Owner, document.Org) || Holds(who, document.Org, "can_manage_documents"),
        Suggestion suggestion => MayReword(who, suggestion) || MayResolve(who, suggestion),
        Stream stream => MayTidy(who, world.The<Chat>(stream.Chat)),
        _ => false,
    };

    /// <summary>The owner of a personal chat and the members of the chat's organization write messages and open streams.</summary>
    public bool MayWrite(string? who, Chat chat) => IsStillOwner(who, chat.Owner, chat.Org) || IsMember(who, chat.Org);

    /// <summary>A member of the organization whose role holds the permission.</summary>
    public bool Holds(string? who, string? organization, string permission) =>
        IsMember(who, organization) && HeldBy(who).Contains(permission);

    public ImmutableSortedSet<string> HeldBy(string? who) =>
        who is not null && world.Find<Role>(world.The<Person>(who).Role) is { } role ? role.Permissions : [];

    public bool HoldsAllOf(string? who, ImmutableSortedSet<string> permissions) => permissions.IsSubsetOf(HeldBy(who));

    /// <summary>A role can be granted in an organization when it is built in or the organization's, and holds nothing one lacks.</summary>
    public bool MayGrant(string? who, string organization, string role) =>
        world.Find<Role>(role) is { } granted && (granted.Org is null || granted.Org == organization) && HoldsAllOf(who, granted.Permissions);

    public bool IsMember(string? who, string? organization) =>
        who is not null && organization is not null && world.The<Person>(who).Org == organization;

    /// <summary>Above by managerId, at any distance, inside the same organization.</summary>
    public bool IsAbove(string? who, string below)
    {
        var organization = world.Find<Person>(below)?.Org;
        for (var above = world.Find<Person>(below)?.Manager; above is not null; above = world.The<Person>(above).Manager)
        {
            if (world.The<Person>(above).Org != organization)
            {
                return false;
            }

            if (above == who)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(string? who, string? person) => who is not null && who == person;

    private static string OwnerOf(IRow row) => row switch
    {
        Person person => person.Key,
        Account account => account.Owner,
        Session session => session.Owner,
        CreditEntry entry => entry.Owner,
        IdempotencyKey key => key.Owner,
        Quota quota => quota.Owner,
        _ => throw new NotSupportedException(row.ToString()),
    };

    // The owner; of an organization's row, only while they are a member there.
    private bool IsStillOwner(string? who, string owner, string? organization) =>
        Is(who, owner) && (organization is null || IsMember(who, organization));

    private bool MayTidy(string? who, Chat chat) =>
        IsStillOwner(who, chat.Owner, chat.Org) || Holds(who, chat.Org, "can_manage_chats");
}
