namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Where a row stands, for the page of the access matrix: <paramref name="Make"/> puts it, and what it
/// hangs on, into a world, for the person whom the context is about and the author of the row.
/// </summary>
internal sealed record Context(string Name, Func<World, string, string, IRow> Make, bool Inserts = true);

/// <summary>
/// A table's section of the page, and the rows that it is tried on.
/// <paramref name="Owner"/> is what the page calls the person to whom the row belongs.
/// </summary>
internal sealed record Section(string Name, string Owner, IReadOnlyList<Context> Contexts)
{
    public const string Acme = "Acme", Key = "row", Colleague = "colleague", Stranger = "stranger";

    public static readonly IReadOnlyList<Section> All =
    [
        new("User", "self",
            [new("row", (w, o, _) => w.The<Person>(o), Inserts: false)]),
        new("Colleague", "self",
            [new("row", (w, o, _) => new Colleague(w.The<Person>(o)), Inserts: false)]),
        new("accounts", "self",
            [new("row", (_, o, _) => new Account(Key, o), Inserts: false)]),
        new("sessions", "self",
        [
            new("sign-in", (_, o, _) => new Session(Key, o, null, Key), Inserts: false),
            new("later token pair", (w, o, _) => Put(w, new Session("sign-in", o, null, "first"), new Session(Key, o, "sign-in", Key)), Inserts: false),
        ]),
        new("Organization", "founder",
        [
            new("with other members", (w, _, _) => w.The<Organization>(Acme), Inserts: false),
            new("with no other member", Alone, Inserts: false),
        ]),
        new("Invitation", "inviter",
        [
            new("to a role without permissions", (_, o, a) => new Invitation(Key, Acme, "new@model", World.MemberRole, a, false, false)),
            new("to a role with all permissions", (_, o, a) => new Invitation(Key, Acme, "new@model", World.AdminRole, a, false, false)),
        ]),
        new("Role", "maker",
        [
            new("without permissions", (_, _, _) => new Role(Key, Acme, [])),
            new("with can_manage_roles", (_, _, _) => new Role(Key, Acme, ["can_manage_roles"])),
            new("with all permissions", (_, _, _) => new Role(Key, Acme, [.. World.Permissions])),
            new("built in", (w, _, _) => w.The<Role>(World.MemberRole)),
        ]),
        new("Chat", "owner",
        [
            new("personal", (_, _, a) => new Chat(Key, a, null, false)),
            new("organization's", (_, _, a) => new Chat(Key, a, Acme, false)),
            new("personal, public", (_, _, a) => new Chat(Key, a, null, true)),
            new("organization's, public", (_, _, a) => new Chat(Key, a, Acme, true)),
        ]),
        new("Message", "owner",
        [
            .. Chats.Select(c => new Context($"own, in own {c.Name}", (w, o, a) => Put(w, c.Of(o), new Message(Key, "chat", a)))),
            .. Chats.Select(c => new Context($"another's, in own {c.Name}", (w, o, _) => Put(w, c.Of(o), new Message(Key, "chat", Colleague)), Inserts: false)),
            .. Chats.Skip(1).Select(c => new Context($"own, in another's {c.Name}", (w, o, a) => Put(w, c.Of(c.Acme ? Colleague : Stranger), new Message(Key, "chat", a)))),
        ]),
        new("Vote", "voter",
            [.. Chats.Select(c => new Context($"in own {c.Name}", (w, o, a) => Put(w, c.Of(o), Put(w, new Message("message", "chat", o), new Vote(Key, "message", a)))))]),
        new("Stream", "opener",
            [.. Chats.Select(c => new Context($"in own {c.Name}", (w, o, a) => Put(w, c.Of(o), new Stream(Key, "chat", a))))]),
        new("StreamChunk", "opener",
            [.. Chats.Select(c => new Context($"in own {c.Name}", (w, o, _) => Put(w, c.Of(o), Put(w, new Stream("stream", "chat", o), new Chunk("stream", 0)))))]),
        new("Document", "owner",
        [
            new("personal", (_, _, a) => new Document(Key, 0, a, null)),
            new("organization's", (_, _, a) => new Document(Key, 0, a, Acme)),
            new("organization's, next version", (w, o, a) => Put(w, new Document(Key, 0, o, Acme), new Document(Key, 1, a, Acme))),
        ]),
        new("Suggestion", "author",
        [
            new("on own personal document", (w, o, a) => Put(w, new Document("document", 0, o, null), new Suggestion(Key, "document 0", a))),
            new("on own organization's document", (w, o, a) => Put(w, new Document("document", 0, o, Acme), new Suggestion(Key, "document 0", a))),
            new("another's, on own organization's document",
                (w, o, _) => Put(w, new Document("document", 0, o, Acme), new Suggestion(Key, "document 0", Colleague)), Inserts: false),
        ]),
        new("CreditEntry", "self",
            [new("row", (_, o, _) => new CreditEntry(Key, o), Inserts: false)]),
        new("AuditEvent", "self",
            [new("row", (_, o, _) => new AuditEvent(Key, null, o, Acme), Inserts: false)]),
        new("IdempotencyKey", "self",
            [new("row", (_, _, a) => new IdempotencyKey(a, Key))]),
        new("Quota", "self",
            [new("row", (_, o, _) => new Quota(o, Key), Inserts: false)]),
    ];

    private static IEnumerable<(string Name, bool Acme, Func<string, Chat> Of)> Chats =>
    [
        ("personal chat", false, o => new Chat("chat", o, null, false)),
        ("organization's chat", true, o => new Chat("chat", o, Acme, false)),
        ("public chat", false, o => new Chat("chat", o, null, true)),
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
