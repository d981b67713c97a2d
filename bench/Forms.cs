namespace RlsChat.Bench;

/// <summary>The forms that are compared; the others are measured against the first.</summary>
internal static class Forms
{
    private const string Probe = """(select true from public."Chat" c where c."id" = "chatId")""";
    private const string Exists = """exists (select from public."Chat" c where c."id" = "chatId")""";

    private const string Writable = """
        c."id" = "chatId" and case when c."organizationId" is null
          then c."userId" = (select auth.uid())
          else c."organizationId" = (select auth.organization_id())
        end
        """;

    public static readonly Form[] All =
    [
        // Nobody verifies who is asking: what an application does that trusts its own tokens.
        new("by_hand", "true") { ByHand = true, Verified = false },
        new("by_hand_verified", "true") { ByHand = true },

        new("shipped", "") { IsShipped = true },
        new("probe", Probe) { Write = $"""(select true from public."Chat" c where {Writable})""" },
        new("probe_by_message", Probe)
        {
            Vote = """(select true from public."Message" m where m."id" = "message_id")""",
        },
        new("fenced", """exists (select from public."Chat" c where c."id" = "chatId" offset 0)"""),
        new("exists", Exists) { Write = $"""exists (select from public."Chat" c where {Writable})""" },
        new("exists_by_message", Exists)
        {
            Vote = """exists (select from public."Message" m where m."id" = "message_id")""",
        },
        new("in_all", """ "chatId" in (select c."id" from public."Chat" c)"""),
        new("array", """ "chatId" = any (array(select c."id" from public."Chat" c))"""),
        new("function", """auth.bench_can_read_chat("chatId")""") { Write = """auth.can_write_chat("chatId")""" },
        new("function_given", """
            auth.bench_can_read_chat("chatId", (select auth.uid()), (select auth.organization_id()))
            """),
        new("copied", """
            "chatUserId" = (select auth.uid()) and "chatOrganizationId" is null
            or "chatOrganizationId" = (select auth.organization_id())
            or "chatVisibility" = 'public'
            """),
        // The chat that the request names is judged once; rows of others are probed.
        new("hinted", $"""case when "chatId" = (select auth.bench_hinted_chat()) then true else {Probe} end""")
        {
            Hinted = true,
        },
    ];
}
