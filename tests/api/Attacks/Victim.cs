using RlsChat.Tests.Api.Play;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>Ben, who administers Acme, and a row of his in every table that people fill.</summary>
internal sealed class Victim
{
    public required Person Person { get; init; }
    public required Person Colleague { get; init; }
    public required Guid Organization { get; init; }
    public required Things Things { get; init; }
    public Guid Chat { get; private set; }
    public Guid Message { get; private set; }
    public Guid Document { get; private set; }
    public Guid Suggestion { get; private set; }
    public Guid Stream { get; private set; }
    public Guid Role { get; private set; }
    public Guid Invitation { get; private set; }

    public static async Task<Victim> Of(Breach breach)
    {
        var (ben, cleo, stage) = (await breach.SignUp("ben"), await breach.SignUp("cleo"), breach.Backstage);
        var things = new Things(await Contract.At(breach.Address), ben);
        var victim = new Victim { Person = ben, Colleague = cleo, Organization = await stage.Found(ben, Breach.Mark), Things = things };
        await stage.Admit(ben, cleo);
        var organizationId = victim.Organization;
        victim.Chat = await ben.Begin(Breach.Mark);
        victim.Message = await ben.Say(victim.Chat, Breach.Mark);
        (await ben.Put($"/messages/{victim.Message}/vote", new { value = "up" })).Is(200);
        var shared = await ben.Begin(Breach.Mark, organizationId: organizationId);
        await cleo.Say(shared, Breach.Mark);
        victim.Document = (await ben.Post("/documents", new { title = Breach.Mark, content = Breach.Mark, organizationId })).Is(201).Id;
        victim.Suggestion = (await ben.Post($"/documents/{victim.Document}/suggestions",
            new { originalText = Breach.Mark, suggestedText = Breach.Mark, description = Breach.Mark })).Is(201).Id;
        victim.Stream = (await ben.Post($"/chats/{victim.Chat}/streams", new { })).Is(201).Id;
        (await ben.Post($"/streams/{victim.Stream}/chunks", new { index = 0, data = Breach.Mark })).Is(200);
        victim.Role = (await ben.Post($"/organizations/{organizationId}/roles",
            new { name = Breach.Mark, permissions = new[] { "can_view_audit" } })).Is(201).Id;
        victim.Invitation = (await ben.Post($"/organizations/{organizationId}/invitations",
            new { email = "dora@example.org", roleId = victim.Role })).Is(201).Id;
        things["chats"] = [victim.Chat];
        things["messages"] = [victim.Message];
        things["documents"] = [victim.Document];
        things["suggestions"] = [victim.Suggestion];
        things["streams"] = [victim.Stream];
        things["roles"] = [victim.Role];
        things["invitations"] = [victim.Invitation];
        things["organizations"] = [organizationId];
        things["members"] = [cleo.Id];
        await things.MakeOthers();
        var bank = await breach.SignUp("bank");
        await stage.MakeOperator(bank);
        await stage.As<decimal>(bank, "select public.grant_credits($1, 10, $2)", ben.Id, Breach.Mark);
        return victim;
    }
}
