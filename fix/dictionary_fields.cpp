#include "fix/dictionary_fields.h"

namespace hw {
namespace fix {
namespace {

constexpr char kFields[] = R"xml( <fields>
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
  <field number='20' name='ExecTransType' type='CHAR'/>
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
  <field number='263' name='SubscriptionRequestType' type='CHAR'/>
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
  <field number='702' name='NoPositions' type='NUMINGROUP'/>
  <field number='703' name='PosType' type='STRING'/>
  <field number='704' name='LongQty' type='QTY'/>
  <field number='705' name='ShortQty' type='QTY'/>
  <field number='710' name='PosReqID' type='STRING'/>
  <field number='721' name='PosMaintRptID' type='STRING'/>
  <field number='724' name='PosReqType' type='INT'/>
  <field number='727' name='TotalNumPosReports' type='INT'/>
  <field number='728' name='PosReqResult' type='INT'/>
  <field number='729' name='PosReqStatus' type='INT'/>
  <field number='730' name='SettlPrice' type='PRICE'/>
  <field number='789' name='NextExpectedMsgSeqNum' type='SEQNUM'/>
  <field number='790' name='OrdStatusReqID' type='STRING'/>
  <field number='797' name='CopyMsgIndicator' type='BOOLEAN'/>
  <field number='851' name='LastLiquidityInd' type='INT'/>
  <field number='854' name='QtyType' type='INT'/>
  <field number='880' name='TrdMatchID' type='STRING'/>
  <field number='883' name='UnderlyingEndPrice' type='PRICE'/>
  <field number='911' name='TotNumReports' type='INT'/>
  <field number='912' name='LastRptRequested' type='BOOLEAN'/>
  <field number='923' name='UserRequestID' type='STRING'/>
  <field number='924' name='UserRequestType' type='INT'/>
  <field number='926' name='UserStatus' type='INT'/>
  <field number='927' name='UserStatusText' type='STRING'/>
  <field number='1128' name='ApplVerID' type='STRING'/>
  <field number='1137' name='DefaultApplVerID' type='STRING'/>
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
  <field number='100001' name='UserEquity' type='STRING'/>
  <field number='100002' name='UserBalance' type='STRING'/>
  <field number='100003' name='UserInitialMargin' type='STRING'/>
  <field number='100004' name='UserMaintenanceMargin' type='STRING'/>
  <field number='100010' name='DeribitLabel' type='STRING'/>
 </fields>
</fix>
)xml";

}  // namespace

const char* dictionary_fields() { return kFields; }

}  // namespace fix
}  // namespace hw
