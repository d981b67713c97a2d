using System.Collections.Immutable;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// docs/access-rules.md as C#, sharing nothing with the SQL. Each question is about one person (null: anonymous) and one
/// row, in one world. Above each rule stands the rule in words: S select, I insert, U update, D delete.
/// </summary>
internal sealed class Rules(World world)
{
    /// <summary>S: the row is among what the person reads.</summary>
    public bool Sees(string? who, IRow row) => row switch
    {
        // "self: S own `sessions` (… one row a sign-in, not the single pairs of tokens; none that was revoked)".
        Session { Family: not null } or Session { Revoked: true } => false,
        // "self: S every column but `password`"; "S own `accounts`"; "`CreditEntry`: self: S".
        Person or Account or Session or CreditEntry or IdempotencyKey or Quota => Is(who, OwnerOf(row)),
        // "member: S … of their colleagues, by the view `Colleague`".
        Colleague colleague => IsMember(who, colleague.Of.Org),
        // "Organization: member: S".
        Organization organization => IsMember(who, organization.Key),
        // "member: S the roles of their organization and the built-in ones".
        Role { Org: null } => who is not null && world.The<Person>(who).Org is not null,
        Role role => IsMember(who, role.Org),
        // "can_manage_members: S, I, D those of their organization".
        Invitation invitation => Holds(who, invitation.Org, "can_manage_members"),
        // "owner (personal chat, or still a member of its organization): S"; "member: S"; "everyone, anonymous too: S when public".
        Chat chat => chat.Public || IsStillOwner(who, chat.Owner, chat.Org) || IsMember(who, chat.Org),
        // "whoever can S the chat: S".
        Message message => Sees(who, world.The<Chat>(message.Chat)),
        // "whoever can S the message: S".
        Vote vote => Sees(who, world.The<Message>(vote.Message)),
        // "whoever can S the chat: S"; what a stream holds is seen with it.
        Stream stream => Sees(who, world.The<Chat>(stream.Chat)),
        Chunk chunk => Sees(who, world.The<Stream>(chunk.Stream)),
        // "owner (personal, or still a member of its organization): S"; "manager: S when the document belongs to the
        // organization" (anyone above the owner, inside the same organization); "can_view_documents: S documents of the
        // organization"; "can_manage_documents: S, D documents of the organization".
        Document document => IsStillOwner(who, document.Owner, document.Org)
            || (IsMember(who, document.Org) && IsAbove(who, document.Owner))
            || Holds(who, document.Org, "can_view_documents") || Holds(who, document.Org, "can_manage_documents"),
        // "whoever can S that document version (never anonymous): S".
        Suggestion suggestion => who is not null && Sees(who, world.The<Document>(suggestion.Document)),
        // "can_view_audit: S those of their organization"; "self: S those that they caused or that concern them".
        AuditEvent e => Is(who, e.Actor) || Is(who, e.Subject) || Holds(who, e.Org, "can_view_audit"),
        _ => throw new NotSupportedException(row.ToString()),
    };

    /// <summary>I: the person may add this row, as it stands.</summary>
    public bool MayInsert(string? who, IRow row) => row switch
    {
        // "owner: I (as themselves; into no organization or their own)".
        Chat chat => IsStillOwner(who, chat.Owner, chat.Org),
        // "owner, member of the chat's organization: I, as themselves"; "a public chat is … never writable by [strangers]".
        Message message => Is(who, message.Author) && MayWrite(who, world.The<Chat>(message.Chat)),
        // "whoever is signed in and can S the message: I … their own".
        Vote vote => Is(who, vote.Voter) && Sees(who, world.The<Message>(vote.Message)),
        // "owner: … I"; "inserting a version under another person's `id` is denied". (One organization, too: to the
        // owner, who is no stranger to it, another one is a constraint's error, not a denial.)
        Document document => IsStillOwner(who, document.Owner, document.Org)
            && world.All<Document>().All(d => d.Id != document.Id || d.Owner == document.Owner),
        // "whoever can S that document version: I as themselves, not yet resolved".
        Suggestion suggestion => Is(who, suggestion.Author) && !suggestion.Resolved && Sees(who, world.The<Document>(suggestion.Document)),
        // "whoever can I into the chat: I, and appends to a stream they opened".
        Stream stream => Is(who, stream.Opener) && MayWrite(who, world.The<Chat>(stream.Chat)),
        Chunk chunk => world.The<Stream>(chunk.Stream) is var stream
            && Is(who, stream.Opener) && MayWrite(who, world.The<Chat>(stream.Chat)),
        // "can_manage_roles: I … roles of their organization, holding only permissions that they hold themselves".
        Role role => Holds(who, role.Org, "can_manage_roles") && HoldsAllOf(who, role.Permissions),
        // "can_manage_members: … I …; the invited role must not exceed the inviter's permissions".
        Invitation invitation => Holds(who, invitation.Org, "can_manage_members") && MayGrant(who, invitation.Org, invitation.Role),
        IdempotencyKey key => Is(who, key.Owner),
        _ => false,
    };

    /// <summary>U, of the columns that anybody may change; of a suggestion, of either of the two.</summary>
    public bool MayUpdate(string? who, IRow row) => row switch
    {
        // "owner: U `title`, `visibility`"; "can_manage_chats: U `title`, `visibility`".
        Chat chat => IsStillOwner(who, chat.Owner, chat.Org) || Holds(who, chat.Org, "can_manage_chats"),
        // "author, while they may still insert into that chat: U".
        Message message => Is(who, message.Author) && MayWrite(who, world.The<Chat>(message.Chat)),
        // "whoever is signed in and can S the message: … U `value` … their own".
        Vote vote => Is(who, vote.Voter) && Sees(who, vote),
        Suggestion suggestion => MayReword(who, suggestion) || MayResolve(who, suggestion),
        // "can_manage_organization: U `name`".
        Organization organization => Holds(who, organization.Key, "can_manage_organization"),
        // "can_manage_roles: … U … roles of their organization, holding only permissions that they hold themselves".
        Role role => Holds(who, role.Org, "can_manage_roles") && HoldsAllOf(who, role.Permissions),
        IdempotencyKey key => Is(who, key.Owner),
        _ => false,
    };

    /// <summary>"author, while they can S the document version: U `suggestedText`, `description`".</summary>
    public bool MayReword(string? who, Suggestion suggestion) => Is(who, suggestion.Author) && Sees(who, suggestion);

    /// <summary>"owner of the document: U `isResolved`".</summary>
    public bool MayResolve(string? who, Suggestion suggestion) =>
        world.The<Document>(suggestion.Document) is var document && IsStillOwner(who, document.Owner, document.Org);

    /// <summary>D, before what keeps the row for everybody (a role in use, the last way in).</summary>
    public bool MayDelete(string? who, IRow row) => row switch
    {
        // "User: self: D (account deletion)"; "D own `sessions` (sign out), D own `accounts`".
        Person or Account or Session or IdempotencyKey => Is(who, OwnerOf(row)),
        // "can_manage_organization: D when no other member is left".
        Organization organization => Holds(who, organization.Key, "can_manage_organization")
            && !world.All<Person>().Any(p => p.Org == organization.Key && p.Key != who),
        // "can_manage_roles: … D …"; "D of a role that is in use is refused", to those who may.
        Role role => Holds(who, role.Org, "can_manage_roles") && HoldsAllOf(who, role.Permissions),
        // "can_manage_members: … D those of their organization".
        Invitation invitation => Holds(who, invitation.Org, "can_manage_members"),
        // "owner: … D"; "can_manage_chats: … D".
        Chat chat => MayTidy(who, chat),
        // "author, while they may still insert into that chat: … D"; "owner of the chat, can_manage_chats: D".
        Message message => (Is(who, message.Author) && MayWrite(who, world.The<Chat>(message.Chat)))
            || MayTidy(who, world.The<Chat>(message.Chat)),
        // "whoever is signed in and can S the message: … D their own".
        Vote vote => Is(who, vote.Voter) && Sees(who, vote),
        // "owner: … D"; "can_manage_documents: S, D documents of the organization".
        Document document => IsStillOwner(who, document.Owner, document.Org) || Holds(who, document.Org, "can_manage_documents"),
        // "author: … D" while they can S the version; "owner of the document: … D".
        Suggestion suggestion => MayReword(who, suggestion) || MayResolve(who, suggestion),
        // "owner of the chat, can_manage_chats: D".
        Stream stream => MayTidy(who, world.The<Chat>(stream.Chat)),
        _ => false,
    };

    /// <summary>Inserts messages and streams: the owner, and the members of the chat's organization.</summary>
    public bool MayWrite(string? who, Chat chat) => IsStillOwner(who, chat.Owner, chat.Org) || IsMember(who, chat.Org);

    /// <summary>"permitted: a member of the row's organization whose role holds the named permission".</summary>
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

    /// <summary>"manager: anyone above the owner in the chain … (direct or not), inside the same organization".</summary>
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
