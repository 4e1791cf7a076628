using System.Globalization;
using System.Text;
using System.Xml;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>
/// A campaign as JUnit's XML, which every build server draws: a suite for each file, a case for each mutant. A case fails where a failure was noticed by
/// nobody; a crash that was noticed passes, since it is what the case asks for. What nothing can be said of is skipped, with the reason, and so is what a reviewer dismissed.
/// </summary>
public static class JUnitReport
{
    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", "Mutators");
            WriteCounts(xml, campaign.Mutants, campaign);
            foreach (var file in campaign.Mutants.GroupBy(each => each.Mutant.Path).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", Legal(file.Key));
                WriteCounts(xml, [.. file], campaign);
                WriteUnitTests(xml, [.. file]);
                foreach (var result in file)
                {
                    WriteCase(xml, result, campaign.DecisionOn(result.Mutant.Id));
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}\n";
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyCollection<MutantResult> mutants, CampaignSnapshot campaign)
    {
        Write("tests", mutants.Count);
        Write("failures", mutants.Count(each => Unnoticed.IsSo(each) && campaign.DecisionOn(each.Mutant.Id) is null));
        Write("errors", mutants.Count(each => !each.Errors.IsEmpty));
        Write("skipped", mutants.Count(each => WhySkipped(each, campaign.DecisionOn(each.Mutant.Id)) is not null));

        void Write(string name, int count) => xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A suite's failures that nobody noticed: all, and of residual faults only.</summary>
    private static void WriteUnitTests(XmlWriter xml, IReadOnlyCollection<MutantResult> mutants)
    {
        if (mutants.All(each => each.UnitTests is null))
        {
            return;
        }

        xml.WriteStartElement("properties");
        foreach (var answer in Enum.GetValues<UnitTestAnswer>())
        {
            Write($"unit-tests.{CampaignJson.Name(answer)}", mutants.Count(each => each.UnitTests?.Answer == answer));
        }

        Write("failures.all", mutants.Count(Unnoticed.IsSo));
        Write("failures.residual-only", mutants.Count(each => Unnoticed.IsSo(each) && each.UnitTests?.Answer is UnitTestAnswer.NotCaught));
        xml.WriteEndElement();

        void Write(string name, int count)
        {
            xml.WriteStartElement("property");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", count.ToString(CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        }
    }

    private static void WriteCase(XmlWriter xml, MutantResult result, ReviewDecision? decision)
    {
        var mutant = result.Mutant;
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Legal(mutant.Member));
        xml.WriteAttributeString("name", Legal($"{mutant.Id} {mutant.Change}"));
        xml.WriteAttributeString("file", Legal(mutant.Path));
        xml.WriteAttributeString("line", mutant.Line.ToString(CultureInfo.InvariantCulture));
        if (!result.Errors.IsEmpty)
        {
            WriteElement(xml, "error", "harness-error", result.Errors[0].Message, "");
        }
        else if (WhySkipped(result, decision) is { } why)
        {
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", Legal(why));
            xml.WriteEndElement();
        }
        else if (Unnoticed.IsSo(result))
        {
            var details = $"{mutant.Place}\n{mutant.Diff}\n\n{Repeat.Run(mutant.Id)}\n{Repeat.Review(mutant.Branch)}\n";
            WriteElement(xml, "failure", result.Headline!.Mode.Key, result.Headline.Reason, details);
        }
        else
        {
            xml.WriteElementString("system-out", Legal($"{result.Headline!.Mode.Words}, {result.Headline.Detection.Words}: {result.Headline.Reason}"));
        }

        xml.WriteEndElement();
    }

    private static string? WhySkipped(MutantResult result, ReviewDecision? decision) => result switch
    {
        { Errors.IsEmpty: false } => null,
        { Headline: null } => "not run yet",
        { Headline: { Mode.IsActivated: false } headline } => $"{headline.Mode.Words}: {headline.Reason}",
        _ when decision is not null && Unnoticed.IsSo(result) => $"dismissed in review as {decision.InWords}",
        _ => null,
    };

    private static void WriteElement(XmlWriter xml, string name, string type, string message, string details)
    {
        xml.WriteStartElement(name);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("message", Legal(message));
        xml.WriteString(Legal(details));
        xml.WriteEndElement();
    }

    /// <summary>Text without the characters that XML 1.0 cannot hold, even escaped: a program may print anything.</summary>
    private static string Legal(string text)
    {
        if (text.All(XmlConvert.IsXmlChar))
        {
            return text;
        }

        var legal = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
            {
                legal.Append(text[i]);
            }
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                legal.Append(text, i++, 2);
            }
            else
            {
                legal.Append('\uFFFD');
            }
        }

        return legal.ToString();
    }
}
