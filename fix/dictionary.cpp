#include "fix/dictionary.h"

namespace hw {
namespace fix {
namespace {

constexpr char kDictionary[] = R"xml(<fix type='FIX' major='4' minor='4' servicepack='0'>
 <header>
  <field name='BeginString' required='Y'/>
  <field name='BodyLength' required='Y'/>
  <field name='MsgType' required='Y'/>
  <field name='SenderCompID' required='Y'/>
  <field name='TargetCompID' required='Y'/>
  <field name='OnBehalfOfCompID' required='N'/>
  <field name='DeliverToCompID' required='N'/>
  <field name='SenderSubID' required='N'/>
  <field name='TargetSubID' required='N'/>
  <field name='MsgSeqNum' required='Y'/>
  <field name='PossDupFlag' required='N'/>
  <field name='PossResend' required='N'/>
  <field name='SendingTime' required='Y'/>
  <field name='OrigSendingTime' required='N'/>
  <field name='LastMsgSeqNumProcessed' required='N'/>
 </header>
 <trailer>
  <field name='SignatureLength' required='N'/>
  <field name='Signature' required='N'/>
  <field name='CheckSum' required='Y'/>
 </trailer>
 <messages>
  <message name='Heartbeat' msgtype='0' msgcat='admin'>
   <field name='TestReqID' required='N'/>
  </message>
  <message name='TestRequest' msgtype='1' msgcat='admin'>
   <field name='TestReqID' required='Y'/>
  </message>
  <message name='ResendRequest' msgtype='2' msgcat='admin'>
   <field name='BeginSeqNo' required='Y'/>
   <field name='EndSeqNo' required='Y'/>
  </message>
  <message name='Reject' msgtype='3' msgcat='admin'>
   <field name='RefSeqNum' required='Y'/>
   <field name='RefTagID' required='N'/>
   <field name='RefMsgType' required='N'/>
   <field name='SessionRejectReason' required='N'/>
   <field name='Text' required='N'/>
  </message>
  <message name='SequenceReset' msgtype='4' msgcat='admin'>
   <field name='GapFillFlag' required='N'/>
   <field name='NewSeqNo' required='Y'/>
  </message>
  <message name='Logout' msgtype='5' msgcat='admin'>
   <field name='Text' required='N'/>
   <field name='DontCancelOnDisconnect' required='N'/>
   <field name='FreezeQuotes' required='N'/>
  </message>
  <message name='Logon' msgtype='A' msgcat='admin'>
   <field name='EncryptMethod' required='N'/>
   <field name='HeartBtInt' required='N'/>
   <field name='RawDataLength' required='N'/>
   <field name='RawData' required='N'/>
   <field name='ResetSeqNumFlag' required='N'/>
   <field name='NextExpectedMsgSeqNum' required='N'/>
   <field name='MaxMessageSize' required='N'/>
   <field name='TestMessageIndicator' required='N'/>
   <field name='Username' required='N'/>
   <field name='Password' required='N'/>
   <field name='Text' required='N'/>
   <field name='CancelOnDisconnect' required='N'/>
   <field name='UseWordsafeTags' required='N'/>
   <field name='UnifiedQueue' required='N'/>
   <field name='SkipNotifications' required='N'/>
   <field name='ConnectionOnlyReports' required='N'/>
   <field name='ReportFillsAsExecReports' required='N'/>
  </message>
  <message name='ExecutionReport' msgtype='8' msgcat='app'>
   <field name='OrderID' required='Y'/>
   <field name='SecondaryOrderID' required='N'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='SecondaryExecID' required='N'/>
   <field name='ClOrdID' required='N'/>
   <field name='OrigClOrdID' required='N'/>
   <field name='OrdStatusReqID' required='N'/>
   <field name='MassStatusReqID' required='N'/>
   <field name='TotNumReports' required='N'/>
   <field name='LastRptRequested' required='N'/>
   <group name='NoPartyIDs' required='N'>
    <field name='PartyID' required='N'/>
    <field name='PartyIDSource' required='N'/>
    <field name='PartyRole' required='N'/>
   </group>
   <field name='ExecID' required='N'/>
   <field name='ExecRefID' required='N'/>
   <field name='ExecType' required='Y'/>
   <field name='OrdStatus' required='Y'/>
   <field name='OrdRejReason' required='N'/>
   <field name='ExecRestatementReason' required='N'/>
   <field name='Account' required='N'/>
   <field name='AcctIDSource' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='SecurityID' required='N'/>
   <field name='SecurityIDSource' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='ContractMultiplier' required='N'/>
   <field name='Side' required='N'/>
   <field name='OrderQty' required='N'/>
   <field name='OrdType' required='N'/>
   <field name='Price' required='N'/>
   <field name='StopPx' required='N'/>
   <field name='Currency' required='N'/>
   <field name='TimeInForce' required='N'/>
   <field name='ExecInst' required='N'/>
   <field name='LastQty' required='N'/>
   <field name='LastPx' required='N'/>
   <field name='LastMkt' required='N'/>
   <field name='LeavesQty' required='N'/>
   <field name='CumQty' required='N'/>
   <field name='AvgPx' required='N'/>
   <field name='TradeDate' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='Commission' required='N'/>
   <field name='CommType' required='N'/>
   <field name='SettlCurrAmt' required='N'/>
   <field name='SettlCurrency' required='N'/>
   <field name='MultiLegReportingType' required='N'/>
   <field name='LastLiquidityInd' required='N'/>
   <field name='TrdMatchID' required='N'/>
   <field name='CopyMsgIndicator' required='N'/>
   <field name='Text' required='N'/>
   <group name='NoFills' required='N'>
    <field name='FillExecID' required='N'/>
    <field name='FillPx' required='N'/>
    <field name='FillQty' required='N'/>
    <field name='FillLiquidityInd' required='N'/>
   </group>
   <field name='GroupLegs' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderCancelReject' msgtype='9' msgcat='app'>
   <field name='OrderID' required='N'/>
   <field name='SecondaryOrderID' required='N'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='ClOrdID' required='Y'/>
   <field name='OrigClOrdID' required='N'/>
   <field name='OrdStatus' required='Y'/>
   <field name='Account' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='CxlRejResponseTo' required='N'/>
   <field name='CxlRejReason' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='NewOrderSingle' msgtype='D' msgcat='app'>
   <field name='ClOrdID' required='Y'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='Account' required='N'/>
   <field name='AcctIDSource' required='N'/>
   <field name='ExecInst' required='N'/>
   <field name='Symbol' required='Y'/>
   <field name='SecurityID' required='N'/>
   <field name='SecurityIDSource' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Side' required='Y'/>
   <field name='TransactTime' required='N'/>
   <field name='OrderQty' required='Y'/>
   <field name='OrdType' required='Y'/>
   <field name='Price' required='N'/>
   <field name='StopPx' required='N'/>
   <field name='Currency' required='N'/>
   <field name='TimeInForce' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderCancelRequest' msgtype='F' msgcat='app'>
   <field name='OrigClOrdID' required='Y'/>
   <field name='OrderID' required='N'/>
   <field name='ClOrdID' required='Y'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Side' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='OrderQty' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderStatusRequest' msgtype='H' msgcat='app'>
   <field name='OrderID' required='N'/>
   <field name='ClOrdID' required='Y'/>
   <field name='OrdStatusReqID' required='N'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Side' required='N'/>
  </message>
  <message name='BusinessMessageReject' msgtype='j' msgcat='app'>
   <field name='RefSeqNum' required='N'/>
   <field name='RefMsgType' required='Y'/>
   <field name='BusinessRejectRefID' required='N'/>
   <field name='BusinessRejectReason' required='Y'/>
   <field name='Text' required='N'/>
  </message>
  <message name='OrderMassCancelRequest' msgtype='q' msgcat='app'>
   <field name='ClOrdID' required='Y'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='MassCancelRequestType' required='Y'/>
   <field name='Symbol' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Side' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
   <field name='FreezeQuotes' required='N'/>
  </message>
  <message name='OrderMassCancelReport' msgtype='r' msgcat='app'>
   <field name='ClOrdID' required='N'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='OrderID' required='N'/>
   <field name='SecondaryOrderID' required='N'/>
   <field name='MassCancelRequestType' required='Y'/>
   <field name='MassCancelResponse' required='Y'/>
   <field name='MassCancelRejectReason' required='N'/>
   <field name='TotalAffectedOrders' required='N'/>
   <group name='NoAffectedOrders' required='N'>
    <field name='AffectedOrderID' required='N'/>
    <field name='AffectedSecondaryOrderID' required='N'/>
   </group>
   <field name='Symbol' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Side' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderMassStatusRequest' msgtype='AF' msgcat='app'>
   <field name='MassStatusReqID' required='Y'/>
   <field name='MassStatusReqType' required='Y'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Side' required='N'/>
  </message>
 </messages>
 <components/>
 <fields>
  <field number='1' name='Account' type='STRING'/>
  <field number='6' name='AvgPx' type='PRICE'/>
  <field number='7' name='BeginSeqNo' type='SEQNUM'/>
  <field number='8' name='BeginString' type='STRING'/>
  <field number='9' name='BodyLength' type='LENGTH'/>
  <field number='10' name='CheckSum' type='STRING'/>
  <field number='11' name='ClOrdID' type='STRING'/>
  <field number='12' name='Commission' type='AMT'/>
  <field number='13' name='CommType' type='CHAR'/>
  <field number='14' name='CumQty' type='QTY'/>
  <field number='15' name='Currency' type='CURRENCY'/>
  <field number='16' name='EndSeqNo' type='SEQNUM'/>
  <field number='17' name='ExecID' type='STRING'/>
  <field number='18' name='ExecInst' type='MULTIPLEVALUESTRING'/>
  <field number='19' name='ExecRefID' type='STRING'/>
  <field number='30' name='LastMkt' type='EXCHANGE'/>
  <field number='31' name='LastPx' type='PRICE'/>
  <field number='32' name='LastQty' type='QTY'/>
  <field number='34' name='MsgSeqNum' type='SEQNUM'/>
  <field number='35' name='MsgType' type='STRING'/>
  <field number='36' name='NewSeqNo' type='SEQNUM'/>
  <field number='37' name='OrderID' type='STRING'/>
  <field number='38' name='OrderQty' type='QTY'/>
  <field number='39' name='OrdStatus' type='CHAR'/>
  <field number='40' name='OrdType' type='CHAR'/>
  <field number='41' name='OrigClOrdID' type='STRING'/>
  <field number='43' name='PossDupFlag' type='BOOLEAN'/>
  <field number='44' name='Price' type='PRICE'/>
  <field number='45' name='RefSeqNum' type='SEQNUM'/>
  <field number='48' name='SecurityID' type='STRING'/>
  <field number='22' name='SecurityIDSource' type='STRING'/>
  <field number='49' name='SenderCompID' type='STRING'/>
  <field number='50' name='SenderSubID' type='STRING'/>
  <field number='52' name='SendingTime' type='UTCTIMESTAMP'/>
  <field number='54' name='Side' type='CHAR'/>
  <field number='55' name='Symbol' type='STRING'/>
  <field number='56' name='TargetCompID' type='STRING'/>
  <field number='57' name='TargetSubID' type='STRING'/>
  <field number='58' name='Text' type='STRING'/>
  <field number='59' name='TimeInForce' type='CHAR'/>
  <field number='60' name='TransactTime' type='UTCTIMESTAMP'/>
  <field number='75' name='TradeDate' type='LOCALMKTDATE'/>
  <field number='89' name='Signature' type='DATA'/>
  <field number='93' name='SignatureLength' type='LENGTH'/>
  <field number='95' name='RawDataLength' type='LENGTH'/>
  <field number='96' name='RawData' type='STRING'/>
  <field number='97' name='PossResend' type='BOOLEAN'/>
  <field number='98' name='EncryptMethod' type='INT'/>
  <field number='99' name='StopPx' type='PRICE'/>
  <field number='102' name='CxlRejReason' type='INT'/>
  <field number='103' name='OrdRejReason' type='INT'/>
  <field number='108' name='HeartBtInt' type='INT'/>
  <field number='112' name='TestReqID' type='STRING'/>
  <field number='115' name='OnBehalfOfCompID' type='STRING'/>
  <field number='119' name='SettlCurrAmt' type='AMT'/>
  <field number='120' name='SettlCurrency' type='CURRENCY'/>
  <field number='122' name='OrigSendingTime' type='UTCTIMESTAMP'/>
  <field number='123' name='GapFillFlag' type='BOOLEAN'/>
  <field number='128' name='DeliverToCompID' type='STRING'/>
  <field number='141' name='ResetSeqNumFlag' type='BOOLEAN'/>
  <field number='150' name='ExecType' type='CHAR'/>
  <field number='151' name='LeavesQty' type='QTY'/>
  <field number='167' name='SecurityType' type='STRING'/>
  <field number='198' name='SecondaryOrderID' type='STRING'/>
  <field number='231' name='ContractMultiplier' type='FLOAT'/>
  <field number='369' name='LastMsgSeqNumProcessed' type='SEQNUM'/>
  <field number='371' name='RefTagID' type='INT'/>
  <field number='372' name='RefMsgType' type='STRING'/>
  <field number='373' name='SessionRejectReason' type='INT'/>
  <field number='378' name='ExecRestatementReason' type='INT'/>
  <field number='379' name='BusinessRejectRefID' type='STRING'/>
  <field number='380' name='BusinessRejectReason' type='INT'/>
  <field number='383' name='MaxMessageSize' type='LENGTH'/>
  <field number='434' name='CxlRejResponseTo' type='CHAR'/>
  <field number='442' name='MultiLegReportingType' type='CHAR'/>
  <field number='447' name='PartyIDSource' type='CHAR'/>
  <field number='448' name='PartyID' type='STRING'/>
  <field number='452' name='PartyRole' type='INT'/>
  <field number='453' name='NoPartyIDs' type='NUMINGROUP'/>
  <field number='464' name='TestMessageIndicator' type='BOOLEAN'/>
  <field number='526' name='SecondaryClOrdID' type='STRING'/>
  <field number='527' name='SecondaryExecID' type='STRING'/>
  <field number='530' name='MassCancelRequestType' type='STRING'/>
  <field number='531' name='MassCancelResponse' type='STRING'/>
  <field number='532' name='MassCancelRejectReason' type='STRING'/>
  <field number='533' name='TotalAffectedOrders' type='INT'/>
  <field number='534' name='NoAffectedOrders' type='NUMINGROUP'/>
  <field number='535' name='AffectedOrderID' type='STRING'/>
  <field number='536' name='AffectedSecondaryOrderID' type='STRING'/>
  <field number='553' name='Username' type='STRING'/>
  <field number='554' name='Password' type='STRING'/>
  <field number='584' name='MassStatusReqID' type='STRING'/>
  <field number='585' name='MassStatusReqType' type='INT'/>
  <field number='660' name='AcctIDSource' type='INT'/>
  <field number='789' name='NextExpectedMsgSeqNum' type='SEQNUM'/>
  <field number='790' name='OrdStatusReqID' type='STRING'/>
  <field number='797' name='CopyMsgIndicator' type='BOOLEAN'/>
  <field number='851' name='LastLiquidityInd' type='INT'/>
  <field number='880' name='TrdMatchID' type='STRING'/>
  <field number='911' name='TotNumReports' type='INT'/>
  <field number='912' name='LastRptRequested' type='BOOLEAN'/>
  <field number='1362' name='NoFills' type='NUMINGROUP'/>
  <field number='1363' name='FillExecID' type='STRING'/>
  <field number='1364' name='FillPx' type='PRICE'/>
  <field number='1365' name='FillQty' type='QTY'/>
  <field number='1443' name='FillLiquidityInd' type='INT'/>
  <field number='5527' name='GroupLegs' type='INT'/>
  <field number='9001' name='CancelOnDisconnect' type='BOOLEAN'/>
  <field number='9002' name='UseWordsafeTags' type='BOOLEAN'/>
  <field number='9003' name='DontCancelOnDisconnect' type='BOOLEAN'/>
  <field number='9007' name='UnifiedQueue' type='BOOLEAN'/>
  <field number='9009' name='SkipNotifications' type='BOOLEAN'/>
  <field number='9010' name='ConnectionOnlyReports' type='BOOLEAN'/>
  <field number='9015' name='ReportFillsAsExecReports' type='BOOLEAN'/>
  <field number='9031' name='FreezeQuotes' type='BOOLEAN'/>
  <field number='100010' name='DeribitLabel' type='STRING'/>
 </fields>
</fix>
)xml";

}  // namespace

const char* fix44_dictionary_text() { return kDictionary; }
std::size_t fix44_dictionary_size() { return sizeof(kDictionary) - 1; }

}  // namespace fix
}  // namespace hw
