namespace RlsChat.Tests.Rls.Model;

/// <summary>
/// Where a row stands, for the page of the access matrix: <paramref name="Make"/> puts it, and what it
/// hangs on, into a world, for the person whom the context is about and the author of the row.
/// </summary>
internal sealed record Context(string Name, Func<World, string, string, IRow> Make, bool Inserts = true);

/// <summary>
/// A table's section of the page: what the contract says of it, and the rows that it is tried on.
/// <paramref name="Owner"/> is what the person is called to whom the row belongs.
/// </summary>
internal sealed record Section(string Name, string Owner, string Words, IReadOnlyList<Context> Contexts)
{
    public const string Acme = "Acme", Key = "row", Colleague = "colleague", Stranger = "stranger";

    public static readonly IReadOnlyList<Section> All =
    [
        new("User", "self", "Self reads every column but `password` and deletes the account; everything else changes by functions.",
            [new("a person", (w, o, _) => w.The<Person>(o), Inserts: false)]),
        new("Colleague", "self", "A member sees who the others of the organization are; never a balance, never a password.",
            [new("a person, as colleagues see them", (w, o, _) => new Colleague(w.The<Person>(o)), Inserts: false)]),
        new("accounts", "self", "Self sees their own and unlinks one, unless it is the last way in.",
            [new("an account at a provider", (_, o, _) => new Account(Key, o), Inserts: false)]),
        new("sessions", "self", "Self sees their own and signs out. The digests are readable by nobody.",
        [
            new("a sign-in", (_, o, _) => new Session(Key, o, null, Key), Inserts: false),
            new("another pair of tokens of a sign-in", (w, o, _) => Put(w, new Session("sign-in", o, null, "first"), new Session(Key, o, "sign-in", Key)), Inserts: false),
        ]),
        new("Organization", "founder", "A member sees it; who holds `can_manage_organization` renames it, and deletes it when no other member is left.",
        [
            new("an organization", (w, _, _) => w.The<Organization>(Acme), Inserts: false),
            new("with nobody else in it", Alone, Inserts: false),
        ]),
        new("Invitation", "inviter", "`can_manage_members`: those of their organization; the invited role must not exceed the inviter's permissions.",
        [
            new("to a role that holds nothing", (_, o, a) => new Invitation(Key, Acme, "new@model", World.MemberRole, a, false, false)),
            new("to a role that holds everything", (_, o, a) => new Invitation(Key, Acme, "new@model", World.AdminRole, a, false, false)),
        ]),
        new("Role", "maker", "`can_manage_roles`: roles of their organization, holding only permissions that they hold themselves.",
        [
            new("that holds nothing", (_, _, _) => new Role(Key, Acme, [])),
            new("that holds `can_manage_roles`", (_, _, _) => new Role(Key, Acme, ["can_manage_roles"])),
            new("that holds everything", (_, _, _) => new Role(Key, Acme, [.. World.Permissions])),
            new("built in", (w, _, _) => w.The<Role>(World.MemberRole)),
        ]),
        new("Chat", "owner", "The owner, while a member where the chat has an organization; its members read; `can_manage_chats` renames, publishes and deletes.",
        [
            new("personal", (_, _, a) => new Chat(Key, a, null, false)),
            new("organization's", (_, _, a) => new Chat(Key, a, Acme, false)),
            new("personal, public", (_, _, a) => new Chat(Key, a, null, true)),
            new("organization's, public", (_, _, a) => new Chat(Key, a, Acme, true)),
        ]),
        new("Message", "owner", "Whoever sees the chat reads; owner and members write, as themselves. A public chat is readable by strangers, never writable by them.",
        [
            .. Chats.Select(c => new Context($"one's own, in {c.Name} of theirs", (w, o, a) => Put(w, c.Of(o), new Message(Key, "chat", a)))),
            .. Chats.Select(c => new Context($"another's, in {c.Name} of theirs", (w, o, _) => Put(w, c.Of(o), new Message(Key, "chat", Colleague)), Inserts: false)),
            .. Chats.Skip(1).Select(c => new Context($"one's own, in {c.Name} of another", (w, o, a) => Put(w, c.Of(c.Acme ? Colleague : Stranger), new Message(Key, "chat", a)))),
        ]),
        new("Vote", "voter", "Whoever sees the message sees its votes; whoever is signed in and sees it votes, one's own, once.",
            [.. Chats.Select(c => new Context($"in {c.Name}", (w, o, a) => Put(w, c.Of(o), Put(w, new Message("message", "chat", o), new Vote(Key, "message", a)))))]),
        new("Stream", "opener", "Whoever sees the chat sees its streams; whoever may write into it opens one; its owner and `can_manage_chats` delete it.",
            [.. Chats.Select(c => new Context($"in {c.Name} of theirs", (w, o, a) => Put(w, c.Of(o), new Stream(Key, "chat", a))))]),
        new("StreamChunk", "opener", "Whoever sees the stream sees its pieces; who opened it appends, while they may write into the chat.",
            [.. Chats.Select(c => new Context($"in {c.Name} of theirs", (w, o, _) => Put(w, c.Of(o), Put(w, new Stream("stream", "chat", o), new Chunk("stream", 0)))))]),
        new("Document", "owner", "The owner, while a member; managers above the owner and `can_view_documents` read the organization's, `can_manage_documents` reads and deletes them. A change is a new version.",
        [
            new("personal", (_, _, a) => new Document(Key, 0, a, null)),
            new("organization's", (_, _, a) => new Document(Key, 0, a, Acme)),
            new("a further version of the organization's", (w, o, a) => Put(w, new Document(Key, 0, o, Acme), new Document(Key, 1, a, Acme))),
        ]),
        new("Suggestion", "author", "Whoever sees the version reads, and suggests as themselves, not yet resolved; the author rewords, the owner of the document resolves; either deletes.",
        [
            new("to a personal document of theirs", (w, o, a) => Put(w, new Document("document", 0, o, null), new Suggestion(Key, "document 0", a))),
            new("to an organization's document of theirs", (w, o, a) => Put(w, new Document("document", 0, o, Acme), new Suggestion(Key, "document 0", a))),
            new("another's, to an organization's document of theirs",
                (w, o, _) => Put(w, new Document("document", 0, o, Acme), new Suggestion(Key, "document 0", Colleague)), Inserts: false),
        ]),
        new("CreditEntry", "self", "Self reads; operators grant by function; nobody inserts, updates or deletes directly.",
            [new("an entry", (_, o, _) => new CreditEntry(Key, o), Inserts: false)]),
        new("AuditEvent", "self", "`can_view_audit` reads those of the organization; everybody those that they caused or that concern them.",
            [new("an event of the organization that concerns them", (_, o, _) => new AuditEvent(Key, null, o, Acme), Inserts: false)]),
        new("IdempotencyKey", "self", "People keep the answers to their own requests.",
            [new("a key", (_, _, a) => new IdempotencyKey(a, Key))]),
        new("Quota", "self", "Self sees what they have used; functions count.",
            [new("a quota", (_, o, _) => new Quota(o, Key), Inserts: false)]),
    ];

    private static IEnumerable<(string Name, bool Acme, Func<string, Chat> Of)> Chats =>
    [
        ("a personal chat", false, o => new Chat("chat", o, null, false)),
        ("an organization's chat", true, o => new Chat("chat", o, Acme, false)),
        ("a public chat", false, o => new Chat("chat", o, null, true)),
    ];

    private static IRow Put(World world, IRow parent, IRow row)
    {
        world.Put(parent);
        return row;
    }

    // Whoever asks is the one who is left.
    private static Organization Alone(World world, string owner, string asks)
    {
        foreach (var person in world.All<Person>().Where(p => p.Org == Acme && p.Key != asks).ToList())
        {
            world.Put(person with { Org = null, Role = null, Manager = null });
        }

        return world.The<Organization>(Acme);
    }
}
